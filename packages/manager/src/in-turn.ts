/** One piece of work after the other, whatever became of the one before. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function openInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}
