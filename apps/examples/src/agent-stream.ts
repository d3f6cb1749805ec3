import type { Agent } from '@majordomo/agent';

/**
 * Shows the stream of an agent whose model may fail midway. A reset removes the text of the current step, but no text
 * before a tool's result.
 */
export async function shown(
  agent: Agent,
  task: string,
  paint: (lines: readonly string[]) => void,
): Promise<string> {
  const stream = agent.stream(task, { afterCommit: 'restart' });
  let lines: string[] = [];
  let stepStart = 0;
  for await (const event of stream) {
    if (event.type === 'step-start') stepStart = lines.length;
    if (event.type === 'model' && event.event.type === 'text-delta') lines.push(event.event.text);
    if (event.type === 'model' && event.event.type === 'reset') lines = lines.slice(0, stepStart);
    if (event.type === 'tool-start') lines.push(`→ ${event.call.name}`);
    paint(lines);
  }
  return (await stream.result()).text;
}
