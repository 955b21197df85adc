export { addressOf } from './address.ts';
export { codes as registrationCodes } from './codes.ts';
export {
  type Asker,
  getRegistrationState,
  type RegistrationAnswer,
  type RegistrationEvent,
  type RegistrationMessage,
  type RegistrationRequest,
  type RegistrationView,
} from './messages.ts';
export type * from './ports.ts';
export { type RegistrationDeps, spawnRegistration } from './registration.ts';
export { type RegistrationConfig, registrationDefaults } from './state.ts';
