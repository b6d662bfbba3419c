"""Sessions of editors with the server, each a function. All of them are run, or those whose names are given."""

import copy
import os
import random
import shutil
import sys
import time
import traceback

from client import MODERN, Editor, Failure, ensure

BAD = 'resource "aws_cloudtrail" "t" {\n  is_multi_region_trail = false\n  kms_key_id = "k"\n  enable_log_file_validation = true\n}\n'
GOOD = BAD.replace("false", "true")
RULE = "single-region-trail"
OTHER = "unvalidated-logs"
MODULE = (
    'variable "all" {\n  type = bool\n  default = false\n}\n'
    'resource "aws_cloudtrail" "t" {\n  is_multi_region_trail = var.all\n  kms_key_id = "k"\n'
    "  enable_log_file_validation = true\n}\n"
)
TEMPLATE = (
    "Resources:\n  Trail:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n      IsLogging: true\n"
    "      S3BucketName: b\n      KMSKeyId: k\n      EnableLogFileValidation: true\n      IsMultiRegionTrail: false\n"
)


def call(value, source="../trail"):
    return f'module "trail" {{\n  source = "{source}"\n  all = {value}\n}}\n'


def without(*paths):
    """What a modern editor can do, but for some of it."""
    capabilities = copy.deepcopy(MODERN)
    for path in paths:
        *parents, last = path.split("/")
        owner = capabilities
        for name in parents:
            owner = owner[name]
        owner.pop(last)
    return capabilities


def a_day_at_work():
    """Open, type, fix, save, rename, delete."""
    with Editor() as editor:
        main = editor.write("app/main.tf", BAD)
        other = editor.write("other/main.tf", GOOD)
        editor.initialize()
        ensure(editor.found(main) == [(RULE, 1)] and editor.found(other) == [], editor.published)
        editor.open("app/main.tf")
        editor.change(main, "resource", "# é 😀\nresource")
        ensure(editor.found(main) == [(RULE, 2)], editor.published)
        ensure("is `false`" in editor.hover(main, "is_multi_region_trail = "), "no hover")
        finding = editor.published[main][0]
        actions = editor.actions(main, finding["range"]["start"], [finding], ["quickfix"])
        titles = [own["title"] for own in actions]
        ensure(len(actions) == 2 and titles[1].startswith("Ignore"), titles)
        ensure(actions[0]["diagnostics"] == [finding], actions[0])
        editor.apply(actions[0]["edit"])
        ensure(editor.texts[main].count("is_multi_region_trail = true") == 1, editor.texts[main])
        ensure(editor.found(main) == [], editor.published)
        editor.save(main)
        editor.watched((main, 2))
        editor.change(main, "= true", "= false")
        editor.change(main, "enable_log_file_validation = true", "enable_log_file_validation = false")
        ensure(len(editor.found(main)) == 2, editor.published)
        [fix_all] = editor.actions(main, {"line": 0, "character": 0}, [], ["source.fixAll"])
        editor.apply(fix_all["edit"])
        ensure(editor.found(main) == [], editor.published)
        editor.change(main, "= true", "= false")
        os.rename(editor.root / "app", editor.root / "moved")
        editor.close_text(main)
        (editor.root / "moved/main.tf").write_text(BAD)
        moved = editor.open("moved/main.tf")
        editor.notify("workspace/didRenameFiles", {"files": [{"oldUri": editor.uri("app"), "newUri": editor.uri("moved")}]})
        ensure(editor.found(moved) == [(RULE, 1)] and editor.found(main) == [], editor.published)
        editor.close_text(moved)
        (editor.root / "moved/main.tf").unlink()
        editor.watched((moved, 3))
        ensure(editor.found(moved) == [], editor.published)


def positions_are_counted_as_agreed():
    text = BAD.replace("  is_multi", "  /* 😀é */ is_multi").replace("\n", "\r\n")
    for encoding in ("utf-8", "utf-16", "utf-32"):
        capabilities = copy.deepcopy(MODERN)
        capabilities["general"]["positionEncodings"] = [encoding, "utf-16"]
        with Editor(capabilities) as editor:
            main = editor.write("main.tf", text)
            editor.initialize()
            ensure(editor.encoding == encoding, editor.encoding)
            editor.open("main.tf", text)
            ensure(editor.found(main) == [(RULE, 1)], editor.published)
            [finding] = editor.published[main]
            start, end = (editor.offset(text, finding["range"][key]) for key in ("start", "end"))
            ensure(text[start:end] == "false", encoding, text[start:end])
            editor.change(main, "false", "true")
            ensure(editor.found(main) == [], editor.published)
            editor.change(main, "/* 😀é */", "/* é😀 */")
            editor.change(main, "true", "false")
            [fix, *_] = editor.actions(main, finding["range"]["start"], [], ["quickfix"])
            editor.apply(fix["edit"])
            ensure(editor.texts[main] == text.replace("false", "true").replace("😀é", "é😀"), editor.texts[main])


def an_editor_that_can_do_nothing():
    """Plain texts, no other places, no pages, no watching."""
    with Editor({}) as editor:
        editor.write("trail/main.tf", MODULE)
        prod = editor.write("prod/main.tf", call("false"))
        trail = editor.uri("trail/main.tf")
        editor.initialize()
        editor.open("trail/main.tf")
        editor.settle()
        finding = next(own for own in editor.published[trail] if own["severity"] == 1)
        ensure("\nprod/main.tf:3:9: " in finding["message"], finding)
        ensure(set(finding) == {"range", "severity", "code", "source", "message"}, finding)
        text = editor.hover(trail, "is_multi_region_trail = ")
        ensure(text.startswith("module.trail.aws_cloudtrail.t.is_multi_region_trail is `false`\n"), text)
        ensure("**" not in text and "](" not in text and "single-region-trail (error)" in text, text)
        editor.open("prod/main.tf")
        ensure(any("\ntrail/main.tf:6:27: " in own["message"] for own in editor.published[prod]), editor.published)
        # What is written by others shows when something is saved.
        (editor.root / "prod/main.tf").write_text(call("true"))
        editor.close_text(prod)
        editor.save(trail)
        ensure(editor.found(trail) == [], editor.published)


def pages_are_opened_or_shown():
    for capabilities in (MODERN, without("workspace/textDocumentContent")):
        with Editor(capabilities) as editor:
            main = editor.write("main.tf", BAD)
            editor.initialize()
            editor.open("main.tf")
            editor.settle()
            [finding] = editor.published[main]
            shown = editor.hover(main, "is_multi_region_trail = ")
            if capabilities is MODERN:
                page = editor.request("workspace/textDocumentContent", {"uri": finding["codeDescription"]["href"]})
                ensure(page["text"].startswith("# "), page)
                ensure("\n# " not in shown, shown)
            else:
                ensure("\n# " in shown, shown)
            ensure(editor.hover(editor.open("x.tf", f"# trailint: ignore[{RULE}] why\n"), "ignore[si"), "no page")


def uris_as_editors_write_them():
    """Helix and Zed write characters that a URI may not have."""
    for name in ("a[b]|c", "é 😀"):
        for is_raw in (True, False):
            with Editor() as editor:
                editor.write(f"{name}/main.tf", BAD)
                editor.write(f"{name}/sub/main.tf", BAD)
                folder = f"file://{editor.root}/{name}" if is_raw else editor.uri(name)
                editor.initialize([folder])
                editor.settle()
                expected = {f"{folder}/main.tf", f"{folder}/sub/main.tf"}
                ensure(set(editor.published) == expected, name, editor.published)
                main = editor.open(f"{name}/main.tf", uri=f"{folder}/main.tf")
                editor.change(main, "resource", "\nresource")
                ensure(editor.found(main) == [(RULE, 2)], name, editor.published)
                shown = {uri for uri, found in editor.published.items() if found}
                ensure(shown == expected, name, shown)
                [fix, *_] = editor.actions(main, editor.published[main][0]["range"]["start"], [], ["quickfix"])
                ensure(fix["edit"]["documentChanges"][0]["textDocument"]["uri"] == main, fix)
                editor.apply(fix["edit"])
                ensure(editor.found(main) == [], editor.published)
                editor.notify("workspace/didDeleteFiles", {"files": [{"uri": main}]})


def a_uri_that_is_written_in_two_ways():
    with Editor() as editor:
        encoded = editor.write("[a].tf", BAD)
        editor.initialize()
        ensure(editor.found(encoded) == [(RULE, 1)], editor.published)
        raw = editor.open("[a].tf", uri=f"file://{editor.root}/[a].tf")
        ensure(editor.found(raw) == [(RULE, 1)] and editor.published[encoded] == [], editor.published)
        editor.close_text(raw)
        ensure(len(editor.found(raw) + editor.found(encoded)) == 1, editor.published)


def names_that_are_not_utf_8():
    with Editor() as editor:
        folder = os.fsdecode(os.fsencode(editor.root) + b"/\xff[x]")
        os.mkdir(folder)
        (editor.root / os.path.basename(folder) / "main.tf").write_text(BAD)
        main = editor.uri(os.path.basename(folder) + "/main.tf")
        editor.initialize()
        ensure(editor.found(main) == [(RULE, 1)], editor.published)
    with Editor() as editor:
        folder = os.fsdecode(b"\xff")
        editor.write(folder + "/main.tf", BAD)
        editor.initialize([folder])
        ensure(editor.found(editor.uri(folder + "/main.tf")) == [(RULE, 1)], editor.published)


def a_file_without_a_folder():
    """A template is checked alone, and Terraform with its directory, without those below."""
    with Editor() as editor:
        template = editor.write("trail.yaml", TEMPLATE)
        plan = editor.write("other.json", '{"Resources": {"T": {"Type": "AWS::CloudTrail::Trail", "Properties": {}}}}')
        main = editor.write("main.tf", 'variable "all" { default = false }\n')
        trail = editor.write("trail.tf", MODULE.split("}\n", 1)[1])
        below = editor.write("below/main.tf", BAD)
        editor.initialize([])
        editor.settle()
        ensure(not editor.published, editor.published)
        editor.open("trail.yaml", language="yaml")
        ensure(editor.found(template) == [(RULE, 8)], editor.published)
        ensure(set(editor.published) == {template}, editor.published)
        editor.open("main.tf")
        ensure(editor.found(trail) == [(RULE, 1)], editor.published)
        ensure(set(editor.published) == {template, trail, main}, editor.published)
        ensure(not editor.published.get(below) and not editor.published.get(plan), editor.published)
        editor.close_text(main)
        ensure(editor.found(trail) == [], editor.published)
        editor.change(template, "IsMultiRegionTrail: false", "IsMultiRegionTrail: true")
        ensure(editor.found(template) == [], editor.published)
        # A new file beside it changes what the program is.
        editor.open("trail.tf")
        ensure(not editor.has(trail, RULE) or editor.found(trail) == [(RULE, 1)], editor.published)
        values = editor.write("terraform.tfvars", "all = true\n")
        editor.watched((values, 1))
        ensure(editor.found(trail) == [], editor.published)


def answers_during_a_scan():
    """Neither `shutdown` nor a hover waits for a long check."""
    with Editor() as editor:
        text = "".join(BAD.replace('"t"', f'"t{number}"') for number in range(200))
        for number in range(60):
            editor.write(f"d{number}/main.tf", text)
        editor.initialize()
        main = editor.open("d0/main.tf")
        start = time.monotonic()
        editor.hover(main, "is_multi_region_trail = ", patience=20)
        hovered = time.monotonic() - start
        was_checked = bool(editor.published)
        start = time.monotonic()
        editor.close()
        ensure(hovered < 5 and time.monotonic() - start < 5, hovered, time.monotonic() - start)
        print(f"  the check was {'over' if was_checked else 'still running'}, a hover took {hovered:.2f} s")


def a_module_is_judged_by_its_caller():
    """No check of its own contradicts the folder whose check includes the file."""
    with Editor() as editor:
        os.mkdir(editor.root / ".git")
        trail = editor.write("trail/main.tf", MODULE)
        prod = editor.write("prod/main.tf", call("true"))
        editor.initialize(["prod"])
        editor.open("trail/main.tf")
        ensure(editor.found(trail) == [], editor.published)
        editor.open("prod/main.tf")
        editor.change(prod, "all = true", "all = false")
        ensure(editor.found(trail) == [(RULE, 5)], editor.published)
        ensure(editor.found(prod, "set-here") == [(RULE, 2)], editor.published)
        # Nobody calls it any more.
        editor.change(prod, 'source = "../trail"', 'source = "../nowhere"')
        ensure(editor.found(trail) == [(RULE, 5)], editor.published)
        editor.change(prod, 'source = "../nowhere"', 'source = "../trail"')
        editor.change(prod, "all = false", "all = true")
        ensure(editor.found(trail) == [], editor.published)
        # The same without any folder: the caller includes the module, whichever is opened first.
    with Editor() as editor:
        os.mkdir(editor.root / ".git")
        trail = editor.write("trail/main.tf", MODULE)
        editor.write("prod/main.tf", call("true"))
        editor.initialize([])
        editor.open("trail/main.tf")
        ensure(editor.found(trail) == [(RULE, 5)], editor.published)
        prod = editor.open("prod/main.tf")
        ensure(editor.found(trail) == [], editor.published)
        editor.close_text(prod)
        ensure(editor.found(trail) == [(RULE, 5)], editor.published)


def folders_come_and_go():
    with Editor() as editor:
        os.mkdir(editor.root / ".git")
        outer = editor.write("a/main.tf", BAD)
        inner = editor.write("a/b/main.tf", BAD)
        alone = editor.write("c/main.tf", BAD)
        editor.initialize([])
        editor.open("c/main.tf")
        ensure(editor.found(alone) == [(RULE, 1)], editor.published)

        def change(added, removed=()):
            folders = lambda names: [{"uri": editor.uri(name), "name": name} for name in names]
            event = {"added": folders(added), "removed": folders(removed)}
            editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})

        change(["a/b"])
        ensure(editor.found(inner) == [(RULE, 1)] and editor.found(outer) == [], editor.published)
        change(["a"])
        ensure(editor.found(inner) == [(RULE, 1)] and editor.found(outer) == [(RULE, 1)], editor.published)
        ensure(len(editor.published[inner]) == 1, editor.published[inner])
        change(["c"])
        ensure(len(editor.published[alone]) == 1, editor.published[alone])
        editor.close_text(alone)
        ensure(editor.found(alone) == [(RULE, 1)], editor.published)
        change([], ["a"])
        ensure(editor.found(inner) == [(RULE, 1)] and editor.found(outer) == [], editor.published)
        change([], ["a/b", "c"])
        editor.settle()
        ensure(not any(editor.published.values()), editor.published)


def folders_that_links_lead_to():
    with Editor() as editor:
        editor.write("real/main.tf", BAD)
        os.symlink("real", editor.root / "link")
        editor.initialize(["real", "link"])
        editor.settle()
        shown = [uri for uri, found in editor.published.items() if found]
        ensure(shown == [editor.uri("real/main.tf")], shown)
        main = editor.open("link/main.tf")
        editor.change(main, "false", "true")
        editor.settle()
        ensure(not any(editor.published.values()), editor.published)
        editor.change(main, "true", "false")
        ensure(editor.found(main) == [(RULE, 1)], editor.published)
        editor.watched((editor.uri("link/main.tf"), 2))
        ensure(sum(map(len, editor.published.values())) == 1, editor.published)
    with Editor() as editor:
        editor.write("real/main.tf", BAD)
        os.symlink("real", editor.root / "link")
        editor.initialize(["link"])
        ensure(editor.found(editor.uri("link/main.tf")) == [(RULE, 1)], editor.published)


def directories_go():
    """A folder that goes takes its findings with it, however the editor tells."""
    for way in ("watched folder", "watched file", "deleted", "renamed"):
        with Editor() as editor:
            one, other = editor.write("a/b/one.tf", BAD), editor.write("a/b/c/other.tf", BAD)
            editor.initialize()
            ensure(editor.found(one) and editor.found(other), editor.published)
            watchers = editor.registered["watched-files"]["watchers"]
            ensure(any(own["globPattern"] == "**/*" and own["kind"] & 4 for own in watchers), watchers)
            os.rename(editor.root / "a", editor.root / "z")
            gone, come = editor.uri("a"), editor.uri("z")
            if way == "watched folder":
                editor.watched((gone, 3), (come, 1))
            elif way == "watched file":
                editor.watched((one, 3), (editor.uri("z/b/one.tf"), 1))
            elif way == "deleted":
                editor.notify("workspace/didDeleteFiles", {"files": [{"uri": gone}]})
                editor.notify("workspace/didCreateFiles", {"files": [{"uri": come}]})
            else:
                editor.notify("workspace/didRenameFiles", {"files": [{"oldUri": gone, "newUri": come}]})
            ensure(editor.found(one) == [] and editor.found(other) == [], way, editor.published)
            ensure(editor.found(editor.uri("z/b/c/other.tf")) == [(RULE, 1)], way, editor.published)


def files_that_were_read_are_watched():
    """Whatever they are called, and wherever they are."""
    for capabilities in (MODERN, without("workspace/didChangeWatchedFiles/relativePatternSupport")):
        with Editor(capabilities) as editor:
            os.mkdir(editor.root / ".git")
            settings = editor.write("trailint.toml", "")
            values = editor.write("shared/all[1].dat", "false")
            text = BAD.replace("false", 'file("${path.module}/../shared/all[1].dat")')
            main = editor.write("app/main.tf", text)
            editor.initialize(["app"])
            ensure(editor.found(main) == [(RULE, 1)], editor.published)
            editor.rest()
            watchers = editor.registered["read-files"]["watchers"]
            patterns = [own["globPattern"] for own in watchers]
            if capabilities is MODERN:
                expected = [{"baseUri": editor.uri("shared"), "pattern": "all[[]1[]].dat"}]
                expected += [{"baseUri": editor.uri(), "pattern": name} for name in ("trailint.toml", ".gitignore")]
            else:
                expected = [f"{editor.root}/{name}" for name in ("shared/all[[]1[]].dat", "trailint.toml", ".gitignore")]
            ensure(all(own in patterns for own in expected) and len(patterns) == 6, patterns)
            editor.write("shared/all[1].dat", "true")
            editor.watched((values, 2))
            ensure(editor.found(main) == [], editor.published)
            editor.write("shared/all[1].dat", "false")
            editor.watched((values, 2))
            ensure(editor.found(main) == [(RULE, 1)], editor.published)
            editor.write("trailint.toml", f'select = ["{OTHER}"]\n')
            editor.watched((settings, 2))
            ensure(editor.found(main) == [], editor.published)


def a_check_that_cannot_be_done():
    """It is shown once, and no finding stays where it was."""
    with Editor() as editor:
        main = editor.write("main.tf", BAD)
        settings = editor.write("trailint.toml", "")
        editor.initialize()
        editor.open("main.tf")
        ensure(editor.found(main) == [(RULE, 1)], editor.published)
        editor.write("trailint.toml", "nonsense = 1\n")
        editor.watched((settings, 2))
        editor.settle()
        ensure(len(editor.messages) == 1 and "nonsense" in editor.messages[0], editor.messages)
        ensure(editor.published[settings][0]["range"]["start"]["line"] == 0, editor.published)
        for _ in range(3):
            editor.change(main, "resource", "\nresource")
            editor.settle()
        ensure(editor.published[main] == [] and len(editor.messages) == 1, editor.published)
        editor.write("trailint.toml", "other = 1\n")
        editor.watched((settings, 2))
        editor.settle()
        ensure(len(editor.messages) == 1, editor.messages)
        editor.write("trailint.toml", "")
        editor.watched((settings, 2))
        ensure(editor.found(main) == [(RULE, 4)], editor.published)
        ensure(editor.published[settings] == [], editor.published)
        editor.write("trailint.toml", "other = 1\n")
        editor.watched((settings, 2))
        editor.settle()
        ensure(len(editor.messages) == 2, editor.messages)


def findings_show_where_values_are_set():
    with Editor() as editor:
        editor.write("trail/main.tf", MODULE)
        prod = editor.write("prod/main.tf", 'variable "x" {\n  type = bool\n}\n' + call("var.x"))
        values = editor.write("prod/terraform.tfvars", "x = false\n")
        template = editor.write(
            "t.yaml",
            "Parameters:\n  All:\n    Type: String\n    AllowedValues: ['true', 'false']\n"
            + TEMPLATE.replace("false", "!Ref All"),
        )
        parameters = editor.write("p.json", '[{"ParameterKey": "All", "ParameterValue": "false"}]\n')
        editor.write("trailint.toml", '[[root]]\npath = "t.yaml"\nparameter-files = ["p.json"]\n')
        editor.initialize()
        editor.open("prod/terraform.tfvars")
        ensure(editor.found(values, "set-here") == [(RULE, 0)], editor.published)
        ensure(editor.found(values) == [], editor.published)
        [own] = editor.published[values]
        ensure(own["severity"] == 3 and own["relatedInformation"][0]["location"]["uri"] == editor.uri("trail/main.tf"), own)
        actions = editor.actions(values, own["range"]["start"], [own], ["quickfix"])
        trail = editor.open("trail/main.tf")
        [finding] = [found for found in editor.published[trail] if found["severity"] == 1]
        same = editor.actions(trail, finding["range"]["start"], [finding], ["quickfix"])
        ensure([found["title"] for found in actions] == [found["title"] for found in same], actions, same)
        editor.apply(actions[0]["edit"])
        ensure(editor.texts[values] == "x = true\n", editor.texts[values])
        ensure(editor.found(values, "set-here") == [] and editor.found(trail) == [], editor.published)
        editor.change(values, "true", "false")
        editor.open("prod/main.tf")
        editor.change(prod, "all = var.x", "all = false")
        ensure(editor.found(values, "set-here") == [] and editor.found(prod, "set-here") == [(RULE, 5)], editor.published)
        ensure(editor.found(template) == [(RULE, 12)], editor.published)
        ensure(editor.found(parameters, "set-here") == [(RULE, 0)], editor.published)


def each_kind_of_value_shows_where_it_is_set():
    resource = 'resource "aws_cloudtrail" "t" {\n  is_multi_region_trail = true\n%s\n}\n'
    cases = {
        "logging": ("enable_logging = var.x", "x = false"),
        "selector": ('event_selector {\n  read_write_type = var.x\n}', 'x = "ReadOnly"'),
        "management": ("event_selector {\n  include_management_events = var.x\n}", "x = false"),
        "excluded": ('event_selector {\n  exclude_management_event_sources = var.x\n}', 'x = ["kms.amazonaws.com"]'),
        "global": ("include_global_service_events = var.x", "x = false"),
        "validation": ("enable_log_file_validation = var.x", "x = null"),
        "kms": ("kms_key_id = var.x", "x = null"),
        "member": ("enable_logging = var.x.on", "x = {\n  on = false\n}"),
        "local": ("enable_logging = local.y", "x = false"),
    }
    with Editor() as editor:
        for name, (argument, value) in cases.items():
            editor.write(f"{name}/main.tf", resource % argument + 'variable "x" {}\nlocals {\n  y = var.x\n}\n')
            editor.write(f"{name}/terraform.tfvars", value + "\n")
        editor.write(
            "nested.yaml",
            "Parameters:\n  All:\n    Type: String\n" + TEMPLATE.replace("MultiRegionTrail: false", "MultiRegionTrail: !Ref All"),
        )
        stack = editor.write(
            "stack.yaml",
            "Resources:\n  Nested:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
            "      TemplateURL: ./nested.yaml\n      Parameters:\n        All: 'false'\n",
        )
        editor.initialize()
        editor.settle()
        lacking = [name for name in cases if not editor.found(editor.uri(f"{name}/terraform.tfvars"), "set-here")]
        ensure(lacking == [], lacking)
        ensure(editor.found(stack, "set-here") == [(RULE, 6)], editor.published[stack])


def any_way_leads_to_the_same():
    """Whatever was typed, written, opened and closed: in the end is shown what a new editor shows."""
    texts = {
        "trail/main.tf": [MODULE, BAD, GOOD, MODULE.replace("type = bool", "")],
        "prod/main.tf": [call("true"), call("false"), call("var.x") + 'variable "x" {}\n', call("false", "../other"), ""],
        "prod/terraform.tfvars": ["x = false\n", "x = true\n", "x = \n"],
        "other/main.tf": [GOOD, MODULE, 'resource "aws_cloudtrail" "u" {\n'],
        "other/t.yaml": [TEMPLATE, TEMPLATE.replace("false", "true"), "a: b\n", TEMPLATE.replace("false", "!Ref X")],
        "trailint.toml": ["", f'select = ["{RULE}"]\n', "nonsense = 1\n", 'exclude = ["other"]\n'],
        "prod/trailint.toml": ["", f'select = ["{OTHER}"]\n'],
        "prod/.gitignore": ["", "*.yaml\n"],
    }
    folders = ["", "prod", "trail", "other"]
    seeds = range(int(os.environ.get("TRAILINT_SEED", "0")), int(os.environ.get("TRAILINT_SEED", "0")) + 12)
    for seed in seeds:
        chance = random.Random(seed)
        with Editor() as editor:
            os.mkdir(editor.root / ".git")
            for name, choices in texts.items():
                if chance.random() < 0.7:
                    editor.write(name, chance.choice(choices))
            roots = chance.sample(folders, chance.randrange(3))
            editor.initialize(roots)
            done = []
            for _ in range(25):
                name = chance.choice(list(texts))
                uri, text, path = editor.uri(name), chance.choice(texts[name]), editor.root / name
                way = chance.choice(["open", "type", "type", "write", "write", "close", "remove", "folder", "settle", "move"])
                done.append((way, name))
                if way == "open" and uri not in editor.texts:
                    editor.open(name, text if chance.random() < 0.5 or not path.exists() else path.read_text())
                elif way == "type" and uri in editor.texts:
                    editor.change(uri, editor.texts[uri], text) if editor.texts[uri] else editor.edit(
                        uri, [{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "newText": text}]
                    )
                elif way == "write":
                    kind = 2 if path.exists() else 1
                    editor.write(name, text)
                    editor.watched((uri, kind))
                elif way == "close" and uri in editor.texts:
                    editor.close_text(uri)
                elif way == "remove" and path.exists():
                    if chance.random() < 0.5:
                        path.unlink()
                        editor.watched((uri, 3))
                    elif path.parent != editor.root:
                        shutil.rmtree(path.parent)
                        editor.watched((editor.uri(name.split("/")[0]), 3))
                elif way == "move" and (editor.root / "other").exists() and not (editor.root / "aside").exists():
                    os.rename(editor.root / "other", editor.root / "aside")
                    files = [{"oldUri": editor.uri("other"), "newUri": editor.uri("aside")}]
                    editor.notify("workspace/didRenameFiles", {"files": files})
                elif way == "folder":
                    folder = chance.choice(folders)
                    event = {"added": [], "removed": []}
                    event["removed" if folder in roots else "added"].append({"uri": editor.uri(folder), "name": folder})
                    roots.remove(folder) if folder in roots else roots.append(folder)
                    editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})
                elif way == "settle":
                    editor.settle()
            editor.settle()
            with Editor(root=editor.root) as other:
                other.initialize(roots)
                for uri, text in editor.texts.items():
                    other.open(None, text, uri)
                other.settle()
                # Findings stay while settings are typed with which no check can run.
                if other.messages:
                    continue
                shown = [{uri: found for uri, found in own.published.items() if found} for own in (editor, other)]
                for uri in shown[0].keys() | shown[1].keys():
                    ones = [sorted(map(str, own.get(uri, []))) for own in shown]
                    ensure(ones[0] == ones[1], f"seed {seed}, folders {roots}, after {done}: {uri} shows {ones[0]}, a new editor {ones[1]}")


def settings_of_the_editor():
    """They are those that options have; each way of telling them counts."""
    plain = without("workspace/configuration", "workspace/didChangeConfiguration")
    with Editor(plain) as editor:
        main = editor.write("main.tf", BAD.replace("false", "var.x") + 'variable "x" {}\n')
        editor.initialize(options={"var": {"x": True}})
        ensure(editor.found(main) == [], editor.published)
        editor.notify("workspace/didChangeConfiguration", {"settings": {"trailint": {"var": ["x=false"]}}})
        ensure(editor.found(main) == [(RULE, 1)], editor.published)
        editor.notify("workspace/didChangeConfiguration", {"settings": {"select": [OTHER]}})
        ensure(editor.found(main) == [], editor.published)
        editor.notify("workspace/didChangeConfiguration", {"settings": {"trailint": {"vat": ["x=false"]}}})
        editor.settle()
        ensure(len(editor.messages) == 1 and "did you mean `var`" in editor.messages[0], editor.messages)
        for nonsense in (None, [], 5, {"trailint": None}, {"trailint": {"select": {"a": []}}}):
            editor.notify("workspace/didChangeConfiguration", {"settings": nonsense})
            editor.settle()
        editor.notify("workspace/didChangeConfiguration", {"settings": {"enable": False}})
        ensure(editor.found(main) == [], editor.published)
    with Editor() as editor:
        names = ("a", "b")
        one, other = (editor.write(f"{name}/main.tf", BAD) for name in names)
        editor.settings = {editor.uri("a"): {"enable": False}, editor.uri("b"): None, None: {"var": []}}
        editor.initialize(names)
        editor.open("a/main.tf")
        ensure(editor.found(one) == [] and editor.found(other) == [(RULE, 1)], editor.published)
        ensure(editor.registered["settings"] == {"section": "trailint"}, editor.registered)
        editor.settings = {editor.uri("a"): None, editor.uri("b"): {"select": [OTHER]}}
        editor.notify("workspace/didChangeConfiguration", {"settings": None})
        editor.wait(lambda: editor.published.get(one), "the folder that is enabled")
        ensure(editor.found(one) == [(RULE, 1)] and editor.found(other) == [], editor.published)
        # Within a folder that is checked.
        inner = editor.write("a/c/main.tf", BAD)
        editor.watched((inner, 1))
        ensure(editor.found(inner) == [(RULE, 1)], editor.published)
        editor.settings[editor.uri("a/c")] = {"enable": False}
        event = {"added": [{"uri": editor.uri("a/c"), "name": "c"}], "removed": []}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        editor.wait(lambda: not editor.published[inner], "the folder that is disabled")
        ensure(editor.found(one) == [(RULE, 1)], editor.published)


def an_editor_that_never_answers():
    """Settings that it promised don't come, and nothing else waits for them for long."""
    class Silent(Editor):
        def result(self, method, params):
            return super().result(method, params) if method != "workspace/configuration" else {"no": "list"}

        def send(self, message):
            if "result" not in message or message["result"] != {"no": "list"}:
                super().send(message)

    with Silent() as editor:
        main = editor.write("main.tf", BAD)
        editor.initialize()
        editor.wait(lambda: editor.published.get(main), "findings", 30)


def hostile_messages():
    with Editor() as editor:
        main = editor.write("main.tf", BAD)
        editor.initialize([], options=["no", {"trailint": 5}])
        for method, params in (
            ("workspace/didCreateFiles", {"files": [{"uri": "file:///%00"}, {"uri": "[]|%"}]}),
            ("workspace/didDeleteFiles", {"files": "all"}),
            ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "file:///", "type": 3}]}),
            ("workspace/didChangeWatchedFiles", {"changes": [{"uri": editor.uri("nowhere/x.tf"), "type": 3}]}),
            ("workspace/didChangeWorkspaceFolders", {"event": {"added": [{"uri": "untitled:x", "name": ""}], "removed": []}}),
            ("textDocument/didOpen", {"textDocument": {"uri": "file://[host]/é|", "languageId": "", "version": 0, "text": BAD}}),
            ("$/setTrace", {"value": "verbose"}),
            ("$/progress", {}),
        ):
            editor.notify(method, params)
        editor.send({"id": 99, "result": [1, 2]})
        editor.send({"id": "x", "error": {"code": 1, "message": "no"}})
        editor.open("main.tf")
        ensure(editor.found(main) == [(RULE, 1)], editor.published)
        numbers = [editor.start_request("textDocument/hover", {"textDocument": {"uri": main}, "position": {"line": 1, "character": 30}}) for _ in range(5)]
        editor.notify("$/cancelRequest", {"id": numbers[0]})
        for number in numbers:
            editor.answer(number)


def everything_is_answered_at_the_end():
    start = {"line": 0, "character": 0}
    for only in (None, ["source.fixAll"]):
        with Editor() as editor:
            main = editor.write("main.tf", BAD)
            editor.initialize()
            editor.open("main.tf")
            for number in range(20):
                editor.change(main, "resource", "\nresource")
                context = {"diagnostics": [], **({"only": only} if only else {})}
                params = {"textDocument": {"uri": main}, "range": {"start": start, "end": start}, "context": context}
                asked = editor.start_request("textDocument/codeAction", params)
                if number % 5 == 4:
                    editor.notify("$/cancelRequest", {"id": asked})
                if number == 10:
                    editor.rest(0.2)
            editor.close()


def actions_fit_the_text_as_it_is():
    """An edit that was worked out while somebody typed is worked out again."""
    with Editor(without("workspace/workspaceEdit/documentChanges")) as editor:
        main = editor.write("main.tf", BAD)
        editor.initialize()
        editor.open("main.tf")
        editor.settle()
        context = {"diagnostics": [], "only": ["source.fixAll"]}
        start = {"line": 0, "character": 0}
        for number in range(10):
            params = {"textDocument": {"uri": main}, "range": {"start": start, "end": start}, "context": context}
            asked = editor.start_request("textDocument/codeAction", params)
            editor.change(main, "resource", "\nresource")
            answer = editor.answer(asked)
            text = editor.texts[main]
            for action in answer or []:
                [edit] = action["edit"]["changes"][main]
                line = edit["range"]["start"]["line"]
                # The answer may have been on its way before.
                ensure(line in (number + 1, number + 2), number, edit)
        ensure(editor.found(main) == [(RULE, 11)], editor.published)


def main(names):
    others = (call, without, main)
    own = {name: value for name, value in globals().items() if getattr(value, "__module__", None) == __name__}
    sessions = {name: value for name, value in own.items() if value not in others}
    failures = 0
    for name in names or sessions:
        start = time.monotonic()
        try:
            sessions[name]()
            print(f"{name}: passed in {time.monotonic() - start:.1f} s")
        except Failure as failure:
            failures += 1
            line = traceback.extract_tb(failure.__traceback__)
            place = next(frame for frame in reversed(line) if frame.filename == __file__)
            print(f"{name}: FAILED at line {place.lineno}: {failure}")
    print(f"{len(names or sessions)} sessions, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
