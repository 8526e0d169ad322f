/** The whole page: conversations, the thread beside them, and a look inside. */
export function App() {
  return <main />;
}
