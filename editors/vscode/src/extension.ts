// Starts `trailint server` and connects it to the editor. All evaluation happens in the server.

import * as vscode from "vscode";
import {
  type ClientCapabilities,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from "vscode-languageclient/node";

/** The URI scheme of the rule pages, which the server provides. */
const PAGES = "trailint";

/** Files for which the server may have diagnostics or hovers. */
const FILES =
  "**/{*.tf,*.tofu,*.tfvars,*.json,*.yaml,*.yml,*.template,*.cfn,*.cform,*.cft,*.stack,trailint.toml,.trailint.toml}";

/** Languages of unsaved documents. */
const LANGUAGES = ["terraform", "opentofu", "hcl", "yaml", "json", "cloudformation"];

/** Announces that the client can open rule pages, as in version 3.18 of the protocol. */
const pages: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities) {
    capabilities.workspace = { ...capabilities.workspace, ...{ textDocumentContent: {} } };
  },
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

let client: LanguageClient | undefined;

/** Completes when all requested starts and stops of the server have finished; later ones wait for it. */
let turn: Promise<void> = Promise.resolve();

export function activate(context: vscode.ExtensionContext): Promise<void> {
  // The server requests all other settings for each folder.
  const changed = (event: vscode.ConfigurationChangeEvent) => event.affectsConfiguration("trailint.path");
  context.subscriptions.push(
    vscode.commands.registerCommand("trailint.restart", restart),
    vscode.commands.registerCommand("trailint.log", () => client?.outputChannel.show()),
    vscode.workspace.onDidChangeConfiguration((event) => (changed(event) ? restart() : undefined)),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.registerTextDocumentContentProvider(PAGES, { provideTextDocumentContent: page }),
  );
  return restart();
}

export function deactivate(): Promise<void> {
  return inTurn(stop);
}

function restart(): Promise<void> {
  return inTurn(async () => {
    await stop();
    await start();
  });
}

function inTurn(work: () => Promise<void>): Promise<void> {
  turn = turn.then(work, work);
  return turn;
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration("trailint");
  const command = settings.get<string>("path", "trailint");
  const server: ServerOptions = { command, args: ["server"] };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", pattern: FILES },
      ...LANGUAGES.map((language) => ({ scheme: "untitled", language })),
    ],
    diagnosticCollectionName: "trailint",
  };
  client = new LanguageClient("trailint", "trailint", server, options);
  client.registerFeature(pages);
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      `trailint can't be started as \`${command}\`: ${why}. Install it, or set its path in \`trailint.path\`.`,
    );
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}

/** Returns the page of a rule, to which the code of a finding links. */
async function page(uri: vscode.Uri): Promise<string> {
  const found = await client?.sendRequest<{ text: string } | null>("workspace/textDocumentContent", {
    uri: uri.toString(),
  });
  return found?.text ?? "Unknown rule.";
}
