import { defineConfig } from "vitest/config";

const asset = new URL("../src/syndetect/report/page/asset", import.meta.url).pathname;

export default defineConfig({
  resolve: {
    alias: {
      "react-dom": "preact/compat",
      react: "preact/compat",
    },
    dedupe: ["preact"],
  },
  build: {
    // One script and one style sheet, which Python puts into the page.
    outDir: asset,
    emptyOutDir: true,
    target: ["chrome105", "firefox113", "safari16.4"], // the first with DecompressionStream
    cssTarget: ["chrome105", "firefox113", "safari16.4"],
    modulePreload: false,
    sourcemap: false,
    license: { fileName: "licences.md" },
    lib: {
      entry: "src/main.tsx",
      formats: ["iife"],
      name: "syndetect",
      fileName: () => "page.js",
      cssFileName: "page",
    },
  },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
    server: { deps: { inline: [/@tanstack/] } }, // so that it, too, takes preact for react
  },
});
