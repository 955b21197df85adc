/** Errors as the system gives them to a socket. */

const systemError = (code: string, syscall: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

export const connectionReset = (): NodeJS.ErrnoException => systemError('ECONNRESET', 'read');
export const brokenPipe = (): NodeJS.ErrnoException => systemError('EPIPE', 'write');
export const timedOut = (): NodeJS.ErrnoException => systemError('ETIMEDOUT', 'read');
export const connectionRefused = (): NodeJS.ErrnoException => systemError('ECONNREFUSED', 'connect');
/** How OpenSSL names another key: to the acceptor, and to the dialer. */
export const binderDoesNotVerify = (): NodeJS.ErrnoException => systemError('ERR_SSL_BINDER_DOES_NOT_VERIFY', 'read');
export const wrongKeyAlert = (): NodeJS.ErrnoException => systemError('ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER', 'read');
