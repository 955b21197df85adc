import { type Course, maxRefusals, nextCourse } from '../../src/agents/course.ts';

const times = { notifyMs: 10_000, reconnectMs: 60_000, retryMs: 10_000 };
const begin: Course = { server: 0, tries: 0, waitMs: 0 };

describe('the course of an agent', () => {
  it('leads to the next server after a loss, early enough to report within the reconnect time', () => {
    expect(nextCourse(begin, 'lost', 3, times, 0)).toEqual({ server: 1, tries: 0, waitMs: 30_000 });
    expect(nextCourse(begin, 'lost', 3, times, 1)).toEqual({ server: 1, tries: 0, waitMs: 54_000 });
  });

  it('leads from the last server to the first', () => {
    expect(nextCourse({ ...begin, server: 2 }, 'unreachable', 3, times, 0)).toEqual({
      server: 0,
      tries: 0,
      waitMs: 10_000,
    });
  });

  it('stays at a server that refuses for a few attempts, for a new key may be on its way', () => {
    let course = begin;
    for (let tries = 1; tries < maxRefusals; tries += 1) {
      course = nextCourse(course, 'refused', 3, times, 0);
      expect(course).toEqual({ server: 0, tries, waitMs: 10_000 });
    }
    expect(nextCourse(course, 'refused', 3, times, 0)).toEqual({ server: 1, tries: 0, waitMs: 10_000 });
  });

  it('comes back to an only server', () => {
    expect(nextCourse(begin, 'lost', 1, times, 0).server).toBe(0);
  });
});
