import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from './connect.ts';
import { StoreContext } from './hooks.ts';
import { Store } from './store.ts';

const store = new Store();
connect(store);
render(
  <StoreContext.Provider value={store}>
    <App />
  </StoreContext.Provider>,
  document.getElementById('app') ?? document.body,
);
