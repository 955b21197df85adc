import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wazuhCodes } from '../src/wazuh-error.ts';

test('docs/internal-socket.md lists every code of an error, and no other', () => {
  const text = readFileSync(join(__dirname, '../../../docs/internal-socket.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `(\d{4})` /gm)].map(([, code]) => Number(code));
  expect(listed).toEqual([...wazuhCodes]);
});
