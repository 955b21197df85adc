/**
 * The address of a `NodeView` without the port that the peer dialed from: of `10.0.0.2:41234`, `[::1]:41234` and
 * `[::ffff:10.0.0.2]:41234`, and of each without a port. What is no address stays as it is.
 */
export const peerHost = (address: string): string => {
  const host = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([^:]+):\d+$/.exec(address)?.[1] ?? address;
  return host.replace(/^::ffff:(?=\d+\.)/i, '');
};
