import { parseKeys } from '../../src/neighbours/keys.ts';

describe('the keys of a remoted', () => {
  it('are the living lines; removed ones and those that are none are left out', () => {
    const text = [
      '001 gate any key-1',
      '002 !kiln any key-2',
      '003 #yard any key-3',
      '# a comment',
      '',
      ' 004 blank any key-4',
      '005 office 10.0.0.0/8 key-5',
      '006 two  blanks key-6',
      '007 ../up any key-7',
      '000 manager any key-0',
      '99999999999 far any key-9',
      '008 cut',
    ].join('\n');
    expect([...parseKeys(text).values()]).toEqual([
      { id: 1, name: 'gate', ip: 'any', key: 'key-1' },
      { id: 5, name: 'office', ip: '10.0.0.0/8', key: 'key-5' },
    ]);
  });
});
