/** What went wrong with a store. Stable: `docs/errors.md` says what each means. */
export type StoreErrorCode =
  | 'store-full'
  | 'store-disk'
  | 'store-busy'
  | 'store-closed'
  | 'store-lost'
  | 'store-refused'
  | 'store-damaged';

/** Nothing of the transaction was kept. `cause` is what threw or what the disk said. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
