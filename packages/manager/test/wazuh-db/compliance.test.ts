import { managerCompliance } from '../../src/testing/index.ts';
import { cleanUp, framework } from '../rig.ts';
import { closeStages, wazuhDbStage } from './stage.ts';

afterAll(async () => {
  await closeStages();
  await cleanUp();
});

managerCompliance('wazuh-db behind real sockets', framework, () => wazuhDbStage());
managerCompliance('wazuh-db without sockets', framework, () => wazuhDbStage({ real: false }));
