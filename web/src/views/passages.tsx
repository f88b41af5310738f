export function Passages() {
  return <h1>Passages</h1>;
}
