export function PassageView() {
  return <h1>PassageView</h1>;
}
