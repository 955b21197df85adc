/** A certificate of one's own, for listeners that need no other. */
export { makeCertificate, type Pems } from './certificate.ts';
