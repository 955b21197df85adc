export { bytesOfFrame, exceptionIn, framesIn, type Heard, type RawClient, rawClient } from './raw-client.ts';
