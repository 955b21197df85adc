export type Message = { readonly ok: true; readonly json: string } | { readonly ok: false; readonly text: string };

/** What is told or asked: an object as JSON, or a type alone. The node checks it against the actor's own schema. */
export function messageOf(written: string): Message {
  const text = written.trim();
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(text)) return { ok: true, json: JSON.stringify({ type: text }) };
  const example = 'MESSAGE is a type, as get-nodes, or JSON, as {"type":"get-nodes"}.';
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ok: true, json: JSON.stringify(value) } : { ok: false, text: example };
  } catch (error) {
    return { ok: false, text: `${example} This is neither: ${error instanceof Error ? error.message : error}` };
  }
}
