from arena.bench.engine_metrics import engine_figures, read_metrics

PAGE = """# HELP vllm:num_requests_running Number of requests.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="a b"} 3.0
vllm:num_requests_running{engine="1",model_name="a b"} 1.0
vllm:num_requests_waiting{engine="0"} 2.0
vllm:kv_cache_usage_perc{engine="0"} 0.25
vllm:prefix_cache_queries_total{engine="0"} 100.0
vllm:prefix_cache_hits_total{engine="0"} 10.0
vllm:request_queue_time_seconds_sum{engine="0"} 1.5
vllm:request_queue_time_seconds_count{engine="0"} 10.0
vllm:request_queue_time_seconds_bucket{engine="0",le="0.3"} 7.0
vllm:num_preemptions_total{engine="0"} 0.0
vllm:num_preemptions_created{engine="0"} 1.7e+09
"""
LATER = """vllm:num_requests_running{engine="0"} 1.0
vllm:prefix_cache_queries_total{engine="0"} 300.0
vllm:prefix_cache_hits_total{engine="0"} 110.0
vllm:request_queue_time_seconds_sum{engine="0"} 3.5
vllm:request_queue_time_seconds_count{engine="0"} 20.0
vllm:num_preemptions_total{engine="0"} 0.0
"""


def test_engines_of_one_server_are_added_up():
    found = read_metrics(PAGE)
    assert found["vllm:num_requests_running"] == 4.0
    assert found["vllm:num_requests_waiting"] == 2.0
    assert "vllm:request_queue_time_seconds_bucket" not in found


def test_counters_are_of_the_run_and_gauges_at_their_highest():
    found = engine_figures([read_metrics(PAGE), read_metrics(LATER)])
    assert (found.running_max, found.waiting_max, found.cache_use_max) == (4.0, 2.0, 0.25)
    assert (found.prefix_hit_rate, found.queue_ms_mean, found.preemptions) == (0.5, 200.0, 0.0)


def test_a_server_of_another_kind_has_no_figures():
    assert read_metrics("<html>404</html>\nvllm:num_requests_running{} many\n") == {}
    assert engine_figures([{}, {}]) is None


def test_nothing_asked_gives_no_rates():
    found = engine_figures([read_metrics(PAGE)])
    assert (found.prefix_hit_rate, found.queue_ms_mean) == (None, None)
