import { openQuietDisk } from '../src/files/quiet-disk.ts';

/** A write that ends when it is told to. */
function write() {
  let end: () => void = () => {};
  let fail: (error: Error) => void = () => {};
  const work = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { work: () => work, end: () => end(), fail: (error: Error) => fail(error) };
}

const turns = () => new Promise(setImmediate);

describe('quiet disk', () => {
  it('is quiet at once when nothing was ever written', async () => {
    await expect(openQuietDisk().quiet()).resolves.toBeUndefined();
  });

  it('is quiet when the last of the writes has ended, those begun meanwhile included', async () => {
    const disk = openQuietDisk();
    const [first, second] = [write(), write()];
    void disk.writing(first.work);
    let isQuiet = false;
    const quiet = disk.quiet().then(() => {
      isQuiet = true;
    });
    void disk.writing(second.work);
    first.end();
    await turns();
    expect(isQuiet).toBe(false);
    second.end();
    await quiet;
  });

  it('is quiet after a write that failed, which its writer hears of', async () => {
    const disk = openQuietDisk();
    const one = write();
    const writing = disk.writing(one.work);
    one.fail(new Error('disk full'));
    await expect(writing).rejects.toThrow('disk full');
    await disk.quiet();
  });
});
