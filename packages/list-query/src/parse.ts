/** The forms in which the parameters of a list are written in an address. */

export interface SortKey {
  readonly field: string;
  readonly descending: boolean;
}

/** `-name`, `+name,type`, `-name,+type`: the first sign holds until another one. Empty names are kept: they are a fault. */
export function parseSort(text: string): readonly SortKey[] {
  let descending = false;
  return text.split(',').map((part) => {
    // A + of an address that was not escaped arrives as a blank.
    const [, sign = '', field = ''] = /^([-+ ]?)(.*)$/s.exec(part) ?? [];
    if (sign !== '') descending = sign === '-';
    return { field, descending };
  });
}

/** `name,info.version`. */
export const parseSelect = (text: string): readonly string[] => text.split(',').map((field) => field.trim());

/** `text`, or `-text` for the rows that do not have it. */
export const parseSearch = (text: string): { readonly search: string; readonly complementarySearch: boolean } =>
  text.startsWith('-')
    ? { search: text.slice(1), complementarySearch: true }
    : { search: text, complementarySearch: false };
