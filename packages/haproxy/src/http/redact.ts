/** Takes secrets out of texts that others wrote: a server may echo what it was sent. */
import { Buffer } from 'node:buffer';

/** `user:password`, as Basic authentication sends it. */
export const basicToken = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`, 'utf8').toString('base64');

/** Makes a text fit for a log line: one line, at most 200 characters or `most`, without these secrets. */
export const redactor = (secrets: readonly string[]): ((text: string, most?: number) => string) => {
  // The longest first: a secret may hold another. As they are, and as JSON and base64 without its padding show them.
  const forms = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), secret.replace(/=+$/, '')]);
  const known = forms.filter((form) => form !== '').sort((a, b) => b.length - a.length);
  return (text, most = 200) => {
    const clean = known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
    const line = clean.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
    return line.length > most ? `${line.slice(0, most)}…` : line;
  };
};
