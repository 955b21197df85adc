/** A failure whose text is for the asker. `code` is stable: `docs/errors.md`. */
export const refuse = (code: string, text: string): Error => Object.assign(new Error(text), { code });
