// Starts `trailint server` and lets it speak to the editor. All that is known of trails is known by the server.

import * as vscode from "vscode";
import {
  type ClientCapabilities,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  type StaticFeature,
} from "vscode-languageclient/node";

/** The scheme of the pages of rules, which the server has. */
const PAGES = "trailint";

/** What the server may have something to say about. */
const FILES =
  "**/{*.tf,*.tofu,*.tfvars,*.json,*.yaml,*.yml,*.template,*.cfn,*.cform,*.cft,*.stack,trailint.toml,.trailint.toml}";

/** Languages of texts that were never saved. */
const LANGUAGES = ["terraform", "opentofu", "hcl", "yaml", "json", "cloudformation"];

/** Tells the server that pages of rules can be opened, as in version 3.18 of the protocol. */
const pages: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities) {
    capabilities.workspace = { ...capabilities.workspace, ...{ textDocumentContent: {} } };
  },
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

let client: LanguageClient | undefined;

/** Whatever starts or stops the server waits for what was asked before. */
let turn: Promise<void> = Promise.resolve();

export function activate(context: vscode.ExtensionContext): Promise<void> {
  // The server asks for all other settings, of each folder.
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
      `trailint can't be started as \`${command}\`: ${why}. Install it, or say where it is with \`trailint.path\`.`,
    );
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}

/** The page of a rule, to which the code of a finding leads. */
async function page(uri: vscode.Uri): Promise<string> {
  const found = await client?.sendRequest<{ text: string } | null>("workspace/textDocumentContent", {
    uri: uri.toString(),
  });
  return found?.text ?? "There is no such rule.";
}
