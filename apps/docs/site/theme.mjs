// Theme of the site: VitePress's own, with the trace of a call on the first screen.
import { h } from 'vue';
import DefaultTheme from 'vitepress/theme';
import './theme.css';

const TRACE = [
  ['2 ms', 'openai/gpt-5.4', 'called'],
  ['253 ms', 'openai/gpt-5.4', '✗ overloaded (529)'],
  ['291 ms', 'openai/gpt-5.4', 'called, attempt 2'],
  ['1294 ms', 'openai/gpt-5.4', '✗ timeout'],
  ['1295 ms', 'anthropic/claude-sonnet-5', 'called'],
  ['1541 ms', 'anthropic/claude-sonnet-5', '✓ answered'],
];

const trace = () =>
  h('figure', { class: 'trace' }, [
    h('figcaption', 'openai/gpt-5.4,anthropic/claude-sonnet-5'),
    h(
      'ol',
      TRACE.map((row) =>
        h(
          'li',
          row.map((text) => h('span', text)),
        ),
      ),
    ),
    h('p', 'Because of Rayleigh scattering.'),
  ]);

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-info-after': trace }),
};
