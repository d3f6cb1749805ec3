import type { JSX } from 'preact';

const WIDTH = 600;
const HEIGHT = 120;

interface LineChartProps {
  readonly title: string;
  /** Label of each point. */
  readonly labels: readonly string[];
  readonly lines: readonly (readonly [name: string, values: readonly (number | undefined)[]])[];
  readonly format: (value: number) => string;
}

/** Lines over time on one scale. A point without a value interrupts its line. */
export function LineChart({ title, labels, lines, format }: LineChartProps): JSX.Element {
  const most = Math.max(...lines.flatMap(([, values]) => values.map((value) => value ?? 0)), 0);
  const x = (index: number): number =>
    labels.length < 2 ? WIDTH / 2 : (index / (labels.length - 1)) * WIDTH;
  const y = (value: number): number => HEIGHT - (most === 0 ? 0 : (value / most) * HEIGHT);
  return (
    <figure class="lines">
      <figcaption>
        {title}
        {lines.map(([name], index) => (
          <span key={name} class="soft">
            <i class="swatch" style={{ background: `var(--series-${index})` }} aria-hidden="true" />
            {name}
          </span>
        ))}
        <span class="soft edge">0 to {format(most)}</span>
      </figcaption>
      <svg
        viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} over time; the table below contains the figures`}
      >
        {lines.map(([name, values], index) => (
          <g key={name} style={{ stroke: `var(--series-${index})` }}>
            {values.map((value, at) => {
              // A value without a value before it is drawn as a dot (`h.01`), at which a line may begin.
              const before = values[at - 1];
              if (value === undefined) return null;
              return before === undefined ? (
                <path
                  key={at}
                  class={values[at + 1] === undefined ? 'point' : ''}
                  d={`M${x(at)} ${y(value)}h.01`}
                />
              ) : (
                <path key={at} d={`M${x(at - 1)} ${y(before)}L${x(at)} ${y(value)}`} />
              );
            })}
          </g>
        ))}
      </svg>
      <p class="soft axis-labels">
        <span>{labels[0]?.replace('T', ' ')}</span>
        <span>{labels.length > 1 ? labels.at(-1)?.replace('T', ' ') : ''}</span>
      </p>
    </figure>
  );
}
