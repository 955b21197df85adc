const longestName = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const forbidden = /[/\u0000-\u001f\u007f]/;

/** The path of a child: `/` is the root, `/links/node:worker1` a grandchild. Throws on a bad name, saying why. */
export function childPath(parent: string, name: string): string {
  if (name.length === 0) throw new Error(`an actor under ${parent} has an empty name: give it one`);
  if (name.length > longestName) throw new Error(`actor name of ${name.length} characters: at most ${longestName}`);
  if (forbidden.test(name)) {
    throw new Error(`actor name ${JSON.stringify(name)}: no "/" and no control characters, they would forge a path`);
  }
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}
