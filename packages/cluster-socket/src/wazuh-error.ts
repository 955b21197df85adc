/** Errors in the form that the manager's programs decode (`reference/links.md` 1). Pure. */

/** The class of each code there, and what it is used for here; `docs/internal-socket.md` has a row for each. */
const known = {
  1000: ['WazuhInternalError', 'the node could not answer'],
  1400: ['WazuhError', 'offset'],
  1401: ['WazuhError', 'limit'],
  1403: ['WazuhError', 'field to sort by'],
  1404: ['WazuhError', 'no field to sort by'],
  1405: ['WazuhError', 'limit too large'],
  1406: ['WazuhError', 'limit of 0'],
  1407: ['WazuhError', 'query'],
  1408: ['WazuhError', 'field of a query'],
  1409: ['WazuhError', 'operator of a query'],
  1410: ['WazuhError', 'distinct with several fields'],
  1724: ['WazuhError', 'field to select'],
  1728: ['WazuhError', 'type of nodes'],
  1730: ['WazuhResourceNotFound', 'no such node'],
  3016: ['WazuhClusterError', 'not served here'],
  3020: ['WazuhClusterError', 'no answer in time'],
  3023: ['WazuhClusterError', 'no link to the master'],
  3050: ['WazuhClusterError', 'too large'],
} as const;

const titles = {
  WazuhError: 'Bad Request',
  WazuhResourceNotFound: 'Resource Not Found',
  WazuhInternalError: 'Wazuh Internal Error',
  WazuhClusterError: 'Wazuh Cluster Error',
} as const;

export type WazuhCode = keyof typeof known;

/** All of them, in order. */
export const wazuhCodes: readonly WazuhCode[] = Object.keys(known).map((code) => Number(code) as WazuhCode);

/** An expected refusal. Programs make the sentence of `code` themselves and add `extra`, which names fault and cure. */
export interface Refusal {
  readonly code: WazuhCode;
  readonly extra: string | undefined;
  readonly remediation: string | undefined;
}

export const refusal = (code: WazuhCode, extra?: string, remediation?: string): Refusal => ({
  code,
  extra,
  remediation,
});

/** As JSON. */
export function refusalText({ code, extra, remediation }: Refusal): string {
  const [name] = known[code];
  const ids = name === 'WazuhError' || name === 'WazuhResourceNotFound' ? { ids: [] } : {};
  return JSON.stringify({
    __wazuh_exception__: {
      __class__: name,
      __object__: {
        type: 'about:blank',
        title: titles[name],
        code,
        extra_message: extra ?? null,
        extra_remediation: remediation ?? null,
        cmd_error: false,
        dapi_errors: {},
        ...ids,
      },
    },
  });
}
