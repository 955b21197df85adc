import fc from 'fast-check';
import { count, csvDialect, parseTable, spacedDialect } from '../../src/runtime/table.ts';

const rows = (text: string, columns: readonly string[]) => {
  const table = parseTable(text, csvDialect, columns);
  return 'rows' in table ? table.rows.map((row) => columns.map((column) => row.get(column))) : table.fault;
};

describe('a list of HAProxy', () => {
  it('is read by the names of its columns, in any order, with others between them', () => {
    expect(rows('# pxname,svname,scur,\nbe,w1,3,\nbe,w2,4,\n\n', ['scur', 'svname'])).toEqual([
      ['3', 'w1'],
      ['4', 'w2'],
    ]);
    expect(rows('# pxname,new,scur,svname,\nbe,x,3,w1,\n\n', ['scur', 'svname'])).toEqual([['3', 'w1']]);
  });

  it('may have no row, and rows with cells that the head does not name', () => {
    expect(rows('# pxname,svname,\n\n', ['svname'])).toEqual([]);
    expect(rows('# pxname,svname,\nbe,w1,x,y,\n\n', ['svname'])).toEqual([['w1']]);
  });

  it('is found after what another command said, and ends at its own empty line', () => {
    expect(rows('1\nsomething\n\n# pxname,svname,\nbe,w1,\n\nbe,w2,\n\n', ['svname'])).toEqual([['w1']]);
  });

  it('has quoted cells, with commas and quotes in them', () => {
    expect(rows('# pxname,said,svname,\nbe,"a,""b""",w1,\nbe,"",w2,\n\n', ['said', 'svname'])).toEqual([
      ['a,"b"', 'w1'],
      ['', 'w2'],
    ]);
  });

  it.each([
    ['no head', 'be,w1,3,\n\n', /there is no line "# pxname,/],
    ['a head in the middle of a line', 'x # pxname,svname,\nbe,w1,\n\n', /there is no line/],
    ['nothing', '', /there is no line/],
    ['HTML', '<html><body>Hello</body></html>\n\n', /there is no line/],
    ['another column', '# pxname,name,\nbe,w1,\n\n', /has no column svname$/],
    ['no column at all', '# pxname,\n\n', /has no column svname$/],
    ['no empty line at its end', '# pxname,svname,\nbe,w1,\n', /cut short/],
    ['a row that ends early', '# pxname,x,svname,\nbe,w1\n\n', /^row 1 of the list is broken$/],
    ['a second row that ends early', '# pxname,svname,\nbe,w1,\nbe\n\n', /^row 2 of the list is broken$/],
    ['a quote that does not end', '# pxname,svname,\nbe,"w1,\n\n', /^row 1 of the list is broken$/],
    ['a quote in the middle of a cell', '# pxname,svname,\nbe,w"1,\n\n', /^row 1 of the list is broken$/],
    ['words after a quote', '# pxname,svname,\nbe,"w"1,\n\n', /^row 1 of the list is broken$/],
    ['a line of 10 MB', `# pxname,svname,\nbe,${'w'.repeat(10_000_000)},\n\n`, /^a line has 10000004 characters/],
    ['a head of 10 MB', `# pxname,${'svname,'.repeat(1_500_000)}\nbe,w\n\n`, /^a line has \d+ characters/],
  ])('with %s is refused', (_what, text, fault) => {
    expect(rows(text, ['svname'])).toMatch(fault);
  });

  it('gives back every cell that HAProxy may write, quoted or not', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', "'", '-', 'é'), maxLength: 8 });
    const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (cells) => {
        const lines = cells.map(([one, other]) => `be,${quoted(one)},${quoted(other)},`);
        expect(rows(['# pxname,one,other,', ...lines, '', ''].join('\n'), ['one', 'other'])).toEqual(cells);
      }),
    );
  });

  it('never makes the parser throw, whatever it holds', () => {
    const noise = fc.string({ unit: fc.constantFrom('# pxname,', '# be_id ', 'a', ',', '"', ' ', '\n', '\n\n', '0') });
    fc.assert(
      fc.property(noise, (text) => {
        for (const dialect of [csvDialect, spacedDialect]) {
          const table = parseTable(text, dialect, ['a']);
          expect('rows' in table || table.fault.length > 0).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['0', 0],
    ['4000', 4_000],
    ['9999999999', 9_999_999_999],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['10000000000', undefined],
  ])('has the number %j as %j', (text, expected) => {
    expect(count(new Map([['n', text]]), 'n')).toBe(expected);
  });
});
