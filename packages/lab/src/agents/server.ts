/** One node as a simulated agent knows it. */
export interface AgentServer {
  readonly host: string;
  /** Of its authd. */
  readonly enrolPort: number;
  /** Of its remoted. */
  readonly agentsPort: number;
}
