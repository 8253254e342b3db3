// kill -9 in the middle of writing: nothing partial may ever be seen under a key, nothing answered may be
// lost, and nothing may be left lying around.
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <set>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "adapters/assets_disk/disk_asset_store.hpp"
#include "base/digest.hpp"
#include "delivery/asset_key.hpp"
#include "support/temporary_folder.hpp"

namespace cutroom::test {
namespace {

namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Starts the writer, waits until it has told `keys_before_kill` keys and then until it writes the next file,
// kills it, and gives all it told.
std::set<std::string> write_until_killed(const fs::path& folder, std::size_t keys_before_kill) {
  int pipe_ends[2];
  EXPECT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  std::string program = DISK_WRITER;
  std::string argument = folder.string();
  char* argv[] = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, program.c_str(), &actions, nullptr, argv, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);

  std::string text;
  bool killed = false;
  char buffer[4096];
  for (ssize_t n = 0; (n = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
    if (!killed && static_cast<std::size_t>(std::ranges::count(text, '\n')) >= keys_before_kill) {
      while (files_in(folder / "staging") == 0) std::this_thread::yield();
      kill(child, SIGKILL);
      killed = true;
    }
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);

  std::set<std::string> keys;
  for (std::size_t from = 0, end = 0; (end = text.find('\n', from)) != std::string::npos; from = end + 1)
    keys.insert(text.substr(from, end - from));
  return keys;
}

// Every visible file is what its name says. Gives their keys.
std::set<std::string> verified_keys(const fs::path& folder) {
  std::set<std::string> keys;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().parent_path() == folder / "staging") continue;
    const std::string key = fs::relative(entry.path(), folder).string();
    EXPECT_TRUE(delivery::is_asset_key(key)) << key;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(sha256_hex(content), delivery::digest_of(key)) << key << " has " << content.size() << " bytes";
    keys.insert(key);
  }
  return keys;
}

TEST(DiskCrash, leaves_only_whole_files_and_loses_none_that_was_answered) {
  const TemporaryFolder folder;
  std::set<std::string> answered;
  std::size_t leftovers = 0;
  for (const std::size_t keys : {1, 2, 1, 2, 1}) {
    answered.merge(write_until_killed(folder.path(), keys));
    const std::set<std::string> visible = verified_keys(folder.path());
    EXPECT_TRUE(std::ranges::includes(visible, answered));
    leftovers += files_in(folder.path() / "staging");
  }
  // Else the kills hit nothing that could have gone wrong. (Not every one does: the file may be moved just
  // before.)
  EXPECT_GT(leftovers, 0U);

  boost::asio::thread_pool pool(1);
  ASSERT_TRUE(assets_disk::DiskAssetStore::open({.folder = folder.path(), .public_url = "http://x"}, pool));
  EXPECT_EQ(files_in(folder.path() / "staging"), 0U);
  EXPECT_TRUE(std::ranges::includes(verified_keys(folder.path()), answered));
}

}  // namespace
}  // namespace cutroom::test
