/** Fields of the forms over the lists; each sets a filter at once. */
import { useId, useState } from "preact/hooks";
import { CREDITING, type Filters } from "../state/address";
import { filters, setFilters } from "../state/store";
import { shown } from "../text/words";

export const CREDITING_NAMES: Record<(typeof CREDITING)[number], string> = {
  "": "credited or not",
  yes: "credited",
  partly: "credited in part",
  no: "not credited",
};

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </p>
  );
}

// preact/compat, which the list needs, takes onChange of a field for onInput; with Capture it stays what it says.

/** A name to add to the ones that are chosen; the browser offers those that there are. */
export function NameFilter({
  field,
  label,
  names,
}: {
  field: "agencies" | "outlets";
  label: string;
  names: string[];
}) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const known = names.filter(Boolean);
  const take = (value: string) => {
    const name = known.find(
      (one) => one === value || shown(one).toLowerCase() === value.trim().toLowerCase(),
    );
    setTyped(name === undefined ? value : "");
    if (name !== undefined && !filters.value[field].includes(name)) {
      setFilters({ [field]: [...filters.value[field], name] });
    }
  };
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        list={`${id}-names`}
        value={typed}
        placeholder={`any ${label.toLowerCase()}`}
        autocomplete="off"
        onChangeCapture={(event) => take(event.currentTarget.value)}
      />
      <datalist id={`${id}-names`}>
        {known.slice(0, 1000).map((name) => (
          <option key={name} value={shown(name)} />
        ))}
      </datalist>
    </p>
  );
}

/** Whether articles credit the agencies whose copy they have. */
export function CreditingFilter() {
  return (
    <Choice
      label="Credit"
      value={filters.value.crediting}
      options={CREDITING.map((name) => [name, CREDITING_NAMES[name]])}
      onChange={(crediting) => setFilters({ crediting: crediting as Filters["crediting"] })}
    />
  );
}

export function DayFilter({ field, label }: { field: "from" | "to"; label: string }) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={filters.value[field]}
        onChangeCapture={(event) => setFilters({ [field]: event.currentTarget.value })}
      />
    </p>
  );
}

export function CountFilter({ field, label }: { field: "least" | "most"; label: string }) {
  const id = useId();
  return (
    <p class="field narrow">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        value={filters.value[field] ?? ""}
        onChangeCapture={(event) => {
          const { value } = event.currentTarget;
          setFilters({ [field]: /^\d+$/.test(value) ? Number(value) : null });
        }}
      />
    </p>
  );
}
