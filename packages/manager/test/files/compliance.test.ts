import { managerCompliance } from '../../src/testing/index.ts';
import { cleanUp, framework } from '../rig.ts';
import { closeStages, filesStage } from './stage.ts';

afterAll(() => {
  closeStages();
  return cleanUp();
});

managerCompliance('files', framework, async () => {
  const stage = await filesStage();
  // What a master's process finds at its first sight may be dated otherwise: `seen.test.ts`.
  await (await stage.manager.seen(new AbortController().signal)).remembered();
  return stage;
});
