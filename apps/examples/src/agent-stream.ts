import type { Agent } from '@majordomo/agent';

/**
 * What a screen shows of an agent whose model may break off: a reset takes back the text of this step, and never what
 * came before a tool's result.
 */
export async function shown(
  agent: Agent,
  task: string,
  paint: (lines: readonly string[]) => void,
): Promise<string> {
  const stream = agent.stream(task, { afterCommit: 'restart' });
  let lines: string[] = [];
  let kept = 0;
  for await (const event of stream) {
    if (event.type === 'step-start') kept = lines.length;
    if (event.type === 'model' && event.event.type === 'text-delta') lines.push(event.event.text);
    if (event.type === 'model' && event.event.type === 'reset') lines = lines.slice(0, kept);
    if (event.type === 'tool-start') lines.push(`→ ${event.call.name}`);
    paint(lines);
  }
  return (await stream.result()).text;
}
