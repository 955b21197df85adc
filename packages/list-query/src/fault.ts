/**
 * Why a query of a list cannot be answered, by the numbers that the reference's API gives (`reference/cli-api.md` 5, 6;
 * 1403 to 1409 are those of its framework).
 */
export type ListFaultCode = 1403 | 1404 | 1407 | 1408 | 1409 | 1410 | 1724;

export interface ListFault {
  readonly code: ListFaultCode;
  /** What is wrong and what would be right. What was asked is quoted, cut at 64 characters. */
  readonly text: string;
}

const words: Record<ListFaultCode, string> = {
  1403: 'Not a valid sort field',
  1404: 'A field must be given to sort by',
  1407: 'The query q is not well formed',
  1408: 'There is no such field to query',
  1409: 'Not a valid query operator',
  1410: 'Only one field can be selected with distinct',
  1724: 'Not a valid select field',
};

/** The heading of a fault. */
export const listFaultText = (code: ListFaultCode): string => words[code];

/** A fault with what was found, and what is allowed. */
export const faultOf = (code: ListFaultCode, found: string, allowed: string): ListFault => ({
  code,
  text: `${words[code]}: ${quoted(found)}. ${allowed}`,
});

/** Control characters escaped. */
const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 61)}...` : text);
