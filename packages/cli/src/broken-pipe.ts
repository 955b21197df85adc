/** Adapter: a reader that went away (`muster nodes | head -1`) is no fault: what is left unsaid is dropped. */
export function bearBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
