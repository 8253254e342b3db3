// run_on and BatchThread: the two ways between threads.
#include <future>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/batch_thread.hpp"
#include "base/digest.hpp"
#include "base/run_on.hpp"
#include "base/token.hpp"

namespace cutroom {
namespace {

using boost::asio::awaitable;

// Runs one coroutine to its end on a fresh io_context; an exception of it fails the test.
template <class Fn>
void run(Fn fn) {
  boost::asio::io_context io;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, fn(), [&](std::exception_ptr e) { failure = e; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

TEST(RunOn, computes_on_the_pool_and_resumes_on_the_callers_thread) {
  boost::asio::thread_pool pool(1);
  const auto here = std::this_thread::get_id();
  run([&]() -> awaitable<void> {
    const auto there = co_await run_on(pool, [] { return std::this_thread::get_id(); });
    EXPECT_NE(there, here);
    EXPECT_EQ(std::this_thread::get_id(), here);
  });
}

TEST(RunOn, carries_an_exception_to_the_caller) {
  boost::asio::thread_pool pool(1);
  EXPECT_THROW(run([&]() -> awaitable<void> {
                 co_await run_on(pool, []() -> int { throw std::runtime_error("from the pool"); });
               }),
               std::runtime_error);
}

TEST(RunOn, moves_a_result_that_cannot_be_copied) {
  boost::asio::thread_pool pool(1);
  run([&]() -> awaitable<void> {
    auto value = co_await run_on(pool, [] { return Result<std::unique_ptr<int>>(std::make_unique<int>(7)); });
    EXPECT_EQ(**value, 7);
  });
}

TEST(BatchThread, answers_after_the_commit_of_the_batch) {
  std::atomic<int> commits = 0;
  BatchThread thread("test", {.begin = [] { return Result<void>(); },
                              .commit =
                                  [&] {
                                    ++commits;
                                    return Result<void>();
                                  }});
  run([&]() -> awaitable<void> {
    const auto answer = co_await thread.run([&] { return Result<int>(commits.load()); });
    EXPECT_EQ(*answer, 0);
    EXPECT_EQ(commits.load(), 1);
  });
}

TEST(BatchThread, makes_one_batch_of_what_queued_up_meanwhile) {
  std::atomic<int> begins = 0;
  BatchThread thread("test", {.begin =
                                  [&] {
                                    ++begins;
                                    return Result<void>();
                                  },
                              .commit = nullptr});
  boost::asio::io_context io;
  int done = 0;
  std::promise<void> all_queued;
  auto gate = all_queued.get_future().share();
  auto task = [&](bool first) -> awaitable<void> {
    const auto answer = co_await thread.run([&, first] {
      if (first) gate.wait();  // Holds the first batch open until the others have queued.
      return Result<int>(1);
    });
    EXPECT_TRUE(answer.has_value());
    ++done;
  };
  boost::asio::co_spawn(io, task(true), boost::asio::detached);
  io.poll();
  while (begins == 0) std::this_thread::yield();
  for (int i = 0; i < 50; ++i) boost::asio::co_spawn(io, task(false), boost::asio::detached);
  io.poll();
  all_queued.set_value();
  io.restart();
  io.run();
  EXPECT_EQ(done, 51);
  EXPECT_EQ(begins, 2);
}

TEST(BatchThread, gives_every_caller_the_error_of_a_failed_commit) {
  BatchThread thread("test",
                     {.begin = nullptr, .commit = [] {
                        return Result<void>(Error{.code = Errc::storage_failed, .detail = "disk full"});
                      }});
  run([&]() -> awaitable<void> {
    const auto answer = co_await thread.run([] { return Result<int>(1); });
    EXPECT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Errc::storage_failed);
  });
}

TEST(Digest, is_sha256) {
  EXPECT_EQ(sha256_hex(std::string_view("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Token, is_new_each_time) {
  EXPECT_EQ(random_token(16).size(), 32U);
  EXPECT_NE(random_token(16), random_token(16));
}

}  // namespace
}  // namespace cutroom
