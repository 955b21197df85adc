/** A terminal on which a frame is drawn in place, and lines are said above it. */
export interface Screen {
  /** In the place of the frame before; at most as high as the terminal, less one. */
  readonly frame: (lines: readonly string[]) => void;
  /** The frame stays; what comes goes below it. */
  readonly done: () => void;
  /** Whole lines that stay. */
  readonly say: (text: string) => void;
}

export function openScreen(write: (text: string) => void): Screen {
  let drawn: readonly string[] = [];
  const draw = (lines: readonly string[], before = ''): void => {
    const up = drawn.length === 0 ? '' : `\u001b[${drawn.length}F\u001b[J`;
    write(up + before + lines.map((line) => `${line}\n`).join(''));
    drawn = lines;
  };
  return {
    frame: (lines) => draw(lines),
    done: () => {
      drawn = [];
    },
    say: (text) => draw(drawn, `${text}\n`),
  };
}
