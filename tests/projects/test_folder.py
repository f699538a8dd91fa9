"""Project folders: complete, their own repository, and accepted by the real Git."""

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from onmodel.kit.ids import new_id
from onmodel.projects import folder, git
from onmodel.projects.slugs import folder_name, slug

PROJECT = UUID("019a0000-0000-7000-8000-0123456789ab")
SETTINGS = {"aspect_ratio": "2.39:1", "quality": "standard"}


def _create(
    workspace: Path,
    *,
    project_id: UUID = PROJECT,
    title: str = "The Lighthouse",
    name: str = "Käthe",
) -> Path:
    made = folder.create_project_folder(
        workspace,
        project_id=project_id,
        title=title,
        description="A keeper and a storm.",
        settings=SETTINGS,
        author=name,
        email="kaethe@onmodel.invalid",
    )
    return folder.existing_project_path(workspace, made)


def _git(project: Path, *arguments: str, home: Path | None = None) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home or project.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["git", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestProject:
    def test_the_folder_is_as_the_contract_says(self, tmp_path: Path) -> None:
        project = _create(tmp_path)

        assert project.parent == tmp_path / "Projects"
        assert project.name == "the-lighthouse-456789ab"
        for name in folder.PROJECT_FOLDERS:
            assert (project / name).is_dir()
        assert json.loads((project / "project.json").read_text()) == {
            "uuid": str(PROJECT),
            "title": "The Lighthouse",
            "description": "A keeper and a storm.",
            "canvas_path": "02_Source_Creative/Canvases/main_canvas.json",
            "project_settings": SETTINGS,
            "version": 1,
        }
        assert (project / "02_Source_Creative/Canvases/main_canvas.json").is_file()
        assert {path.name for path in (tmp_path / "Library").iterdir()} == {*folder.LIBRARY_FOLDERS}

    def test_git_finds_a_sound_repository_with_one_commit(self, tmp_path: Path) -> None:
        project = _create(tmp_path)

        _git(project, "fsck", "--strict")
        assert _git(project, "status", "--porcelain") == ""
        assert _git(project, "branch", "--show-current") == "main\n"
        assert _git(project, "log", "--format=%an <%ae> %s") == (
            "Käthe <kaethe@onmodel.invalid> Create the project The Lighthouse\n"
        )

    def test_a_clone_has_every_folder(self, tmp_path: Path) -> None:
        project = _create(tmp_path)

        _git(tmp_path, "clone", "--quiet", str(project), "copy")

        for name in folder.PROJECT_FOLDERS:
            assert (tmp_path / "copy" / name).is_dir()

    @pytest.mark.parametrize("name", ["05_Cache", "06_Exports"])
    def test_what_can_be_made_again_is_ignored(self, tmp_path: Path, name: str) -> None:
        project = _create(tmp_path)
        (project / name / "scratch.bin").write_bytes(b"x")

        assert _git(project, "status", "--porcelain") == ""

    def test_large_files_belong_to_lfs_and_text_to_git(self, tmp_path: Path) -> None:
        project = _create(tmp_path)

        large = ["a.png", "b.JPG", "c.jpeg", "d.webp", "e.gif", "f.psd", "g.mp4", "h.mov", "i.wav",
                 "j.mp3", "k.safetensors", "l.pth", "m.CKPT"]  # fmt: skip
        answer = _git(project, "check-attr", "filter", "--", *large)
        assert [line.rsplit(" ", 1)[1] for line in answer.splitlines()] == ["lfs"] * len(large)
        answer = _git(
            project, "check-attr", "text", "--", "a.json", "b.py", "c.js", "d.txt", "e.md"
        )
        assert [line.rsplit(" ", 1)[1] for line in answer.splitlines()] == ["set"] * 5

    def test_asked_twice_it_changes_nothing(self, tmp_path: Path) -> None:
        project = _create(tmp_path)
        before = _git(project, "rev-parse", "HEAD")

        assert _create(tmp_path) == project

        assert _git(project, "rev-parse", "HEAD") == before

    def test_two_at_once_make_one(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(_create, [tmp_path] * 4))

        assert len(set(made)) == 1
        assert [path.name for path in (tmp_path / "Projects").iterdir()] == [made[0].name]

    def test_another_projects_folder_is_left_alone(self, tmp_path: Path) -> None:
        taken = tmp_path / "Projects" / folder_name("The Lighthouse", PROJECT, fallback="project")
        taken.mkdir(parents=True)
        (taken / "mine.txt").write_text("keep")

        with pytest.raises(folder.ProjectFolderTakenError) as caught:
            _create(tmp_path)

        assert (caught.value.status, caught.value.code) == (409, "project_folder_taken")
        assert [path.name for path in taken.iterdir()] == ["mine.txt"]

    def test_a_failure_leaves_nothing_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def power_cut(*_: object, **__: object) -> str:
            raise KeyboardInterrupt

        monkeypatch.setattr(git, "commit", power_cut)
        with pytest.raises(KeyboardInterrupt):
            _create(tmp_path)

        assert list((tmp_path / "Projects").iterdir()) == []

    def test_what_a_crash_left_is_cleared_away_later(self, tmp_path: Path) -> None:
        old, fresh = (tmp_path / "Projects" / f".building-{name}" for name in ("old", "fresh"))
        for leftover in (old, fresh):
            leftover.mkdir(parents=True)
        os.utime(old, (0, 0))

        folder.ensure_workspace(tmp_path)

        assert not old.exists()
        assert fresh.exists()

    def test_a_missing_folder_is_said_so(self, tmp_path: Path) -> None:
        project = _create(tmp_path)
        shutil.rmtree(project)

        with pytest.raises(folder.ProjectFolderMissingError) as caught:
            folder.existing_project_path(tmp_path, project.name)

        assert caught.value.code == "project_folder_missing"
        assert str(tmp_path) not in caught.value.detail

    def test_the_owners_git_settings_do_not_matter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = tmp_path / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(
            "[user]\nname = Somebody Else\n[commit]\ngpgsign = true\n[init]\ndefaultBranch = odd\n"
            "[core]\nhooksPath = /nowhere\n[i18n]\ncommitEncoding = latin1\n"
        )
        monkeypatch.setenv("HOME", str(home))

        project = _create(tmp_path / "workspace", name="李小龍")

        assert _git(project, "log", "--format=%an") == "李小龍\n"
        assert _git(project, "branch", "--show-current") == "main\n"
        _git(project, "fsck", "--strict")


class TestNames:
    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("The Lighthouse", "the-lighthouse"),
            ("  Über  Größe & Æsir ", "uber-grosse-aesir"),
            ("Пилот: Щука", "pilot-shchuka"),
            ("Ο Οδυσσέας", "o-odysseas"),
            ("../../etc/passwd", "etc-passwd"),
            ("千と千尋", "project"),
            ("🦊🔥", "project"),
            ("", "project"),
            ("CON", "con"),
            ("x" * 300, "x" * 40),
        ],
    )
    def test_a_title_becomes_a_slug(self, title: str, expected: str) -> None:
        assert slug(title, fallback="project") == expected

    @given(st.text())
    def test_any_title_is_safe(self, title: str) -> None:
        name = folder_name(title, PROJECT, fallback="project")

        assert name.isascii()
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not name.startswith("-")
        assert len(name) <= 49

    @pytest.mark.parametrize(
        "name", ["Ada <evil@x>\ncommitter", "", "\0", "...", "Ольга", "<>", "🦊", "bad\ud800"]
    )
    def test_git_accepts_a_commit_by_anybody(self, tmp_path: Path, name: str) -> None:
        project = _create(tmp_path, name=name, title="T\n\nSigned-off-by: x")

        _git(project, "fsck", "--strict")
        assert _git(project, "log", "--format=%s") == "Create the project T Signed-off-by: x\n"

    @pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", "", "a\0b", "..\\x"])
    def test_no_path_leads_out(self, tmp_path: Path, path: str) -> None:
        with pytest.raises(ValueError, match="leads out"):
            folder.inside(tmp_path, path)

    def test_no_link_leads_out(self, tmp_path: Path) -> None:
        (tmp_path / "root").mkdir()
        (tmp_path / "root" / "link").symlink_to("/etc")

        with pytest.raises(ValueError, match="leads out"):
            folder.inside(tmp_path / "root", "link/passwd")


class TestCharacter:
    def test_a_character_has_a_folder_of_its_own(self, tmp_path: Path) -> None:
        project = _create(tmp_path)
        character = new_id()

        path = folder.character_path(project, character_id=character, name="Ada Lovelace")

        assert path.relative_to(project).as_posix() == (
            "01_Assets/Generative_Assets/Characters/ada-lovelace-" + character.hex[-8:]
        )
        assert not path.exists()


class TestCommit:
    def test_a_picture_is_committed_as_a_pointer(self, tmp_path: Path) -> None:
        project = _create(tmp_path)
        Image.new("RGB", (64, 64), "red").save(project / "03_Renders" / "a.png")
        folder.write_json(project / "project.json", {"version": 2})

        made = git.commit(
            project,
            ["03_Renders/a.png", "project.json"],
            message="Add a render",
            author=git.Author("Ada", "ada@onmodel.invalid"),
            at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        )

        assert _git(project, "rev-parse", "HEAD") == made + "\n"
        assert _git(project, "log", "-1", "--format=%aI") == "2026-01-02T03:04:05+00:00\n"
        assert _git(project, "show", "HEAD:03_Renders/a.png").startswith(
            "version https://git-lfs.github.com/spec/v1\n"
        )
        assert json.loads(_git(project, "show", "HEAD:project.json")) == {"version": 2}
        _git(project, "fsck", "--strict")

    def test_a_replaced_json_file_is_whole_and_leaves_no_other(self, tmp_path: Path) -> None:
        folder.write_json(tmp_path / "a.json", {"name": "Käthe"})
        with pytest.raises(TypeError):
            folder.write_json(tmp_path / "a.json", {"name": object()})

        assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "name": "Käthe"\n}\n'
        assert [path.name for path in tmp_path.iterdir()] == ["a.json"]

    def test_a_missing_git_lfs_is_told_with_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        advice = git.lfs_advice()
        assert advice is not None
        assert "git lfs install" in advice

        program = tmp_path / "git-lfs"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        assert git.lfs_advice() is None
