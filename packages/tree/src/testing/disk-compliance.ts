/** What every disk promises, real or simulated. Knows no test framework: `describe`, `it` and `equal` come in. */
import { changingCompliance } from './changing-compliance.ts';
import type { OpenDisk, TestFramework } from './framework.ts';
import { readingCompliance } from './reading-compliance.ts';

/** `open` gives a disk and the absolute path of an empty folder of it, new for each test. */
export function diskCompliance(name: string, framework: TestFramework, open: OpenDisk): void {
  framework.describe(`${name} as a disk`, () => {
    readingCompliance(framework, open);
    changingCompliance(framework, open);
  });
}
