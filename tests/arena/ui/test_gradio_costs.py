"""These fail when Gradio changes what `gradio_costs` counts on. In a process of their own: Blocks leave a loop open."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.integration

BLOCKS = """
import gradio as gr
from gradio.state_holder import SessionState
from arena.ui.gradio_costs import PROGRESS_POLL_S, QUEUE_POLL_S, spare
with gr.Blocks() as demo:
    box = gr.Textbox("one", label="a box")
    gr.Button("two")
before = demo._queue.sleep_when_free, demo._queue.progress_update_sleep_when_free
plain = SessionState(demo).config_values
spare(demo)
"""


def told_by(code):
    done = subprocess.run([sys.executable, "-c", BLOCKS + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_session_has_the_same_descriptions_without_making_them_anew():
    code = """
gr.Textbox.get_config = gr.Button.get_config = lambda *_: exit("described anew")
print(SessionState(demo).config_values == plain)
"""
    assert told_by(code) == "True"


def test_what_one_session_changes_stays_its_own():
    code = """
one, two = SessionState(demo), SessionState(demo)
one._update_value_in_config(box._id, "changed")
print(two.config_values[box._id]["props"]["value"])
"""
    assert told_by(code) == "one"


def test_an_idle_queue_is_looked_at_fifty_times_a_second_and_not_a_thousand():
    assert told_by("print(before[0] < QUEUE_POLL_S == demo._queue.sleep_when_free)") == "True"
    assert told_by("print(before[1] < PROGRESS_POLL_S == demo._queue.progress_update_sleep_when_free)") == "True"


def test_closed_and_idle_sessions_go_and_the_others_stay():
    code = """
from datetime import datetime
from gradio.state_holder import StateHolder
from arena.ui.gradio_costs import SESSION_IDLE, forget_sessions, sessions_of
StateHolder().set_blocks(demo)
forget_sessions(demo)
held = demo.state_holder
for name in ("open", "closed", "idle"):
    held[name]
held["closed"].is_closed = True
held.time_last_used["idle"] = datetime.now() - SESSION_IDLE
held.delete_all_expired_state()
print(list(held.session_data), list(held.time_last_used), sessions_of(demo))
"""
    assert told_by(code) == "['open'] ['open'] 1"
