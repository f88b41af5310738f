export function Outlets() {
  return <h1>Outlets</h1>;
}
