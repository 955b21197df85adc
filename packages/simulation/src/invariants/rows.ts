/** The value of `key`, made when there is none. */
export function rowOf<K, V>(rows: Map<K, V>, key: K, make: () => V): V {
  const known = rows.get(key);
  if (known !== undefined) return known;
  const made = make();
  rows.set(key, made);
  return made;
}
