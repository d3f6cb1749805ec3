// Front page of the site: VitePress's own page in a main landmark, which it lacks.
import { h } from 'vue';
import VPHome from 'vitepress/dist/client/theme-default/components/VPHome.vue';

/** Renders the front page. */
export default (_properties, { slots }) => h('main', [h(VPHome, null, slots)]);
