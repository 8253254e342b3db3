// What the client's calls give, on a real server.
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/redis_client/command_bytes.hpp"
#include "redis_fixture.hpp"

namespace cutroom::redis_client {
namespace {

using boost::asio::awaitable;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class RedisCalls : public testing::Test {
 protected:
  static test::RedisServer& server() {
    static test::RedisServer one;
    return one;
  }
  RedisCalls() { server().command({"FLUSHALL"}); }

  test::Loop loop;
  Client redis{loop, options_of(server())};
};

TEST_F(RedisCalls, answer_with_every_kind_of_reply) {
  EXPECT_EQ(redis.command({"SET", "k", "väl\r\nue"}), "OK");
  EXPECT_EQ(redis.command({"GET", "k"}), "väl\r\nue");
  EXPECT_EQ(redis.command({"GET", "none"}), "(nil)");
  EXPECT_EQ(redis.command({"RPUSH", "l", "a", "b"}), "2");
  EXPECT_EQ(redis.command({"LRANGE", "l", "0", "-1"}), "a\nb");
  EXPECT_EQ(redis.command({"INCR", "l"}),
            "storage_failed: WRONGTYPE Operation against a key holding the wrong kind of value");
  EXPECT_EQ(redis.command({"PING"}), "PONG") << "an error answer leaves the connection as good as before";
}

TEST_F(RedisCalls, refuse_a_command_without_words) {
  EXPECT_THAT(redis.command({}), StartsWith("internal"));
  EXPECT_EQ(redis.command({"PING"}), "PONG");
}

TEST_F(RedisCalls, keep_binary_and_large_values) {
  std::string large(5'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31);
  EXPECT_EQ(redis.command({"SET", "k", large}), "OK");
  EXPECT_EQ(redis.command({"GET", "k"}), large);
}

TEST_F(RedisCalls, made_at_once_are_answered_each_with_its_own) {
  constexpr int kCalls = 10'000;
  int right = 0;
  int done = 0;
  for (int i = 0; i < kCalls; ++i)
    boost::asio::co_spawn(
        loop.io(),
        [](Redis& client, int number, int& to) -> awaitable<void> {
          Words words{"ECHO", std::to_string(number)};
          const auto answer = co_await client.command(std::move(words));
          if (answer && answer->text() == std::to_string(number)) ++to;
        }(*redis, i, right),
        [&](std::exception_ptr) { ++done; });
  EXPECT_TRUE(loop.run_until([&] { return done == kCalls; }));
  EXPECT_EQ(right, kCalls);
}

TEST_F(RedisCalls, made_at_once_go_out_in_their_order) {
  int done = 0;
  for (int i = 0; i < 100; ++i)
    boost::asio::co_spawn(
        loop.io(),
        [](Redis& client, int number) -> awaitable<void> {
          Words words{"RPUSH", "order", std::to_string(number)};
          co_await client.command(std::move(words));
        }(*redis, i),
        [&](std::exception_ptr) { ++done; });
  ASSERT_TRUE(loop.run_until([&] { return done == 100; }));
  std::string expected;
  for (int i = 0; i < 100; ++i) expected += (i ? "\n" : "") + std::to_string(i);
  EXPECT_EQ(server().command({"LRANGE", "order", "0", "-1"}), expected);
}

TEST_F(RedisCalls, in_a_pipeline_are_answered_in_order) {
  std::vector<std::vector<std::string>> commands{{"SET", "n", "5"}, {"INCR", "n"}, {"GET", "n"}};
  const auto replies = loop.run(redis->pipeline(std::move(commands)));
  ASSERT_TRUE(replies);
  EXPECT_THAT(*replies,
              ElementsAre(Reply{std::string("OK")}, Reply{std::int64_t{6}}, Reply{std::string("6")}));
  EXPECT_TRUE(loop.run(redis->pipeline({})).value().empty());
}

TEST_F(RedisCalls, in_a_pipeline_are_all_done_though_one_fails) {
  std::vector<std::vector<std::string>> commands{
      {"SET", "s", "x"}, {"LPUSH", "s", "y"}, {"SET", "after", "1"}};
  const auto replies = loop.run(redis->pipeline(std::move(commands)));
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().code, Errc::storage_failed);
  EXPECT_THAT(replies.error().detail, StartsWith("WRONGTYPE"));
  EXPECT_EQ(server().command({"GET", "after"}), "1");
}

TEST_F(RedisCalls, run_a_script_that_the_server_has_never_seen_and_one_that_it_has_lost) {
  const Script script = make_script("add", "return {KEYS[1], ARGV[1] + ARGV[2]}");
  const auto run = [&] { return shown(loop.run(redis->run(script, {"k"}, {"2", "3"}))); };
  EXPECT_EQ(run(), "k\n5");
  EXPECT_EQ(server().command({"SCRIPT", "EXISTS", script.sha1}), "1");
  EXPECT_EQ(run(), "k\n5");
  server().command({"SCRIPT", "FLUSH"});
  EXPECT_EQ(run(), "k\n5");
  EXPECT_EQ(server().command({"SCRIPT", "EXISTS", script.sha1}), "1");
}

// As it is a script and, where the server takes them, a function: the two tell which they are.
redis_client::Library library_of_add() {
  return redis_client::make_library("test",
                                    "redis.register_function('$library_add', function(keys, args) "
                                    "return {'function', args[1] + args[2]} end)");
}

TEST_F(RedisCalls, run_a_script_as_the_function_that_it_is_too_and_load_its_library_again_where_it_is_lost) {
  const auto library = library_of_add();
  const Script script = make_script("add", "return {'script', ARGV[1] + ARGV[2]}", &library);
  const auto run = [&] { return shown(loop.run(redis->run(script, {"k"}, {"2", "3"}))); };
  EXPECT_EQ(run(), "function\n5");
  EXPECT_EQ(run(), "function\n5");
  server().command({"FUNCTION", "FLUSH"});
  EXPECT_EQ(run(), "function\n5");
  EXPECT_EQ(server().command({"SCRIPT", "EXISTS", script.sha1}), "0");
}

TEST_F(RedisCalls, run_it_as_a_script_where_functions_are_not_allowed) {
  const auto library = library_of_add();
  const Script script = make_script("add", "return {'script', ARGV[1] + ARGV[2]}", &library);
  server().command({"ACL", "SETUSER", "default", "-fcall"});
  const auto run = [&] { return shown(loop.run(redis->run(script, {"k"}, {"2", "3"}))); };
  EXPECT_EQ(run(), "script\n5");
  EXPECT_EQ(run(), "script\n5");
  server().command({"ACL", "SETUSER", "default", "+fcall"});
}

TEST_F(RedisCalls, give_a_scripts_own_error_and_do_not_run_it_twice) {
  const Script script =
      make_script("fails", "redis.call('INCR', KEYS[1]) return redis.error_reply('MINE is the reason')");
  EXPECT_EQ(shown(loop.run(redis->run(script, {"runs"}, {}))), "storage_failed: MINE is the reason");
  EXPECT_EQ(server().command({"GET", "runs"}), "1");
}

TEST_F(RedisCalls, give_the_error_inside_a_transaction) {
  std::vector<std::vector<std::string>> commands{{"SET", "s", "x"}, {"MULTI"}, {"LPUSH", "s", "y"}, {"EXEC"}};
  const auto replies = loop.run(redis->pipeline(std::move(commands)));
  ASSERT_FALSE(replies);
  EXPECT_THAT(replies.error().detail, StartsWith("WRONGTYPE"));
}

TEST_F(RedisCalls, may_come_from_a_coroutine_of_another_thread_and_resume_there) {
  ASSERT_TRUE(redis.connects());
  boost::asio::thread_pool elsewhere(1);
  std::atomic<bool> done = false;
  auto answers = boost::asio::co_spawn(
      elsewhere,
      [&]() -> awaitable<std::pair<std::string, bool>> {
        const auto before = std::this_thread::get_id();
        std::string all;
        for (int i = 0; i < 50; ++i) {
          Words words{"INCR", "n"};
          all = shown(co_await redis->command(std::move(words)));
        }
        const bool same = std::this_thread::get_id() == before;
        done = true;
        boost::asio::post(loop.io(), [] {});
        co_return std::pair(all, same);
      },
      boost::asio::use_future);
  EXPECT_TRUE(loop.run_until([&] { return done.load(); }));
  const auto [last, same_thread] = answers.get();
  EXPECT_EQ(last, "50");
  EXPECT_TRUE(same_thread);
}

TEST_F(RedisCalls, under_way_fail_when_the_client_stops_and_leave_the_loop_without_work) {
  ASSERT_TRUE(redis.connects());
  std::string answer;
  boost::asio::co_spawn(
      loop.io(),
      [](Redis& client, std::string& to) -> awaitable<void> {
        Words words{"BLPOP", "nothing", "0"};
        to = shown(co_await client.command(std::move(words)));
      }(*redis, answer),
      boost::asio::detached);
  redis->subscribe("c", [](const auto&, const auto&) {});
  bool up = false;
  redis->on_connection([&](bool now) { up = now; });
  ASSERT_TRUE(loop.run_until([&] { return up; }));
  redis->stop();
  EXPECT_TRUE(loop.run_out());
  EXPECT_THAT(answer, HasSubstr("unavailable"));
  EXPECT_FALSE(redis->is_connected());
  EXPECT_THAT(redis.command({"PING"}), StartsWith("unavailable"));
}

TEST_F(RedisCalls, may_be_the_last_to_know_the_client_when_it_goes) {
  std::string answer;
  {
    Redis short_lived(loop.io().get_executor(), options_of(server()));
    ASSERT_TRUE(loop.run_until([&] { return short_lived.is_connected(); }));
    boost::asio::co_spawn(
        loop.io(),
        [](Redis& client, std::string& to) -> awaitable<void> {
          Words words{"BLPOP", "nothing", "0"};
          to = shown(co_await client.command(std::move(words)));
        }(short_lived, answer),
        boost::asio::detached);
    loop.io().poll();
  }
  ASSERT_TRUE(loop.run_until([&] { return !answer.empty(); }));
  EXPECT_THAT(answer, StartsWith("unavailable"));
}

TEST_F(RedisCalls, that_stop_the_client_between_two_others_do_no_harm) {
  ASSERT_TRUE(redis.connects());
  std::vector<std::string> answers;
  for (int i = 0; i < 3; ++i)
    boost::asio::co_spawn(
        loop.io(),
        [](Redis& client, bool stops, std::vector<std::string>& to) -> awaitable<void> {
          Words words{"PING"};
          to.push_back(shown(co_await client.command(std::move(words))));
          if (stops) client.stop();
        }(*redis, i == 1, answers),
        boost::asio::detached);
  EXPECT_TRUE(loop.run_out());
  EXPECT_THAT(answers, ElementsAre("PONG", "PONG", StartsWith("unavailable")));
}

}  // namespace
}  // namespace cutroom::redis_client
