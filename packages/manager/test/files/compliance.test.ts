import { managerCompliance } from '../../src/testing/index.ts';
import { cleanUp, framework } from '../rig.ts';
import { closeStages, filesStage } from './stage.ts';

afterAll(() => {
  closeStages();
  return cleanUp();
});

managerCompliance('files', framework, filesStage);
