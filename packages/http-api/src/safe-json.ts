/** JSON whose texts drive no terminal: people read answers with curl, and some of what is in them other nodes have sent. */

/** What `JSON.stringify` leaves: C1 controls, separators of lines, and the marks that turn the direction of writing. */
const unsafe = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The same value when it is read. */
export const safeJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
