/**
 * Throws when code of an actor that must be synchronous returned a promise, as an `async` function
 * does unnoticed by the types. Its later rejection would reach nobody and end the process.
 */
export function synchronous(result: unknown, path: string): void {
  if (typeof result !== 'object' || result === null || !('then' in result)) return;
  if (result instanceof Promise) result.catch(() => {});
  throw new Error(`bug: ${path} returned a promise from a handler: start slow work with scope.run`);
}
