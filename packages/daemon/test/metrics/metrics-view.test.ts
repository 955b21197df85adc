import { metricsViews } from '../../src/views/metrics.ts';

/** A view whose texts are these in turn, in pages of 10. */
function viewOf(...texts: readonly string[]) {
  let next = 0;
  const scrape = async () => ({ contentType: 'text/plain', text: texts[next++ % texts.length] ?? '' });
  return metricsViews(scrape, 10);
}

async function whole(view: ReturnType<typeof viewOf>): Promise<readonly string[]> {
  const pages: string[] = [];
  let rest: { readonly text: number; readonly from: number } | undefined;
  do {
    const answer = await view.metrics({ type: 'get-metrics', ...(rest === undefined ? {} : { rest }) });
    pages.push(answer.page);
    rest = answer.rest;
  } while (rest !== undefined);
  return pages;
}

it.each([
  ['nothing', '', ['']],
  ['one page', 'a 1\nb 2\n', ['a 1\nb 2\n']],
  ['a page to the last character', 'a 1\nbcd 2\n', ['a 1\nbcd 2\n']],
  ['whole lines', 'a 1\nb 2\nc 3\nd 4\ne 5\n', ['a 1\nb 2\n', 'c 3\nd 4\n', 'e 5\n']],
  ['a line that is longer than a page', 'abcdefghijklm 1\nb 2\n', ['abcdefghij', 'klm 1\nb 2\n']],
])('the pages of %s put together are the text', async (_what, text, pages) => {
  expect(await whole(viewOf(text))).toEqual(pages);
});

it('each reader has the pages of one text, whoever else reads; a text that four others pushed out is gone', async () => {
  const view = viewOf('a 1\nb 2\nc 3\n', 'd 4\ne 5\nf 6\n');
  const first = await view.metrics({ type: 'get-metrics' });
  for (let n = 0; n < 3; n++) await view.metrics({ type: 'get-metrics' });
  expect((await view.metrics({ type: 'get-metrics', rest: first.rest! })).page).toBe('c 3\n');
  const second = await view.metrics({ type: 'get-metrics' });
  for (let n = 0; n < 4; n++) await view.metrics({ type: 'get-metrics' });
  await expect(view.metrics({ type: 'get-metrics', rest: second.rest! })).rejects.toMatchObject({
    code: 'metrics-gone',
  });
});
