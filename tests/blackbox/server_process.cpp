#include "server_process.hpp"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace cutroom::test {
namespace {

constexpr std::chrono::seconds kStartMax{60};  // Under TSan on a busy machine.

}  // namespace

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "cutroom-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ServerProcess::ServerProcess(const std::filesystem::path& data_dir, std::vector<std::string> more_arguments,
                             RateLimits limits, const std::string& command, const ModelInTest& model) {
  const std::string model_name = model.name.empty() ? "tiny" : model.name;
  const std::string model_folders = model.name.empty() ? CUTROOM_TINY_MODEL_DIR : model.folders;
  std::vector<std::string> arguments{
      CUTROOM_BINARY, command,    "--listen",    "127.0.0.1:0",   "--data-dir",   data_dir,      "--model",
      model_name,     "--models", model_folders, "--fetch-allow", "127.0.0.1/32", "--log-level", "warn"};
  if (limits == RateLimits::off)
    for (const char* limit : {"global", "reads", "image-processing", "background-removal", "bulk"})
      arguments.insert(arguments.end(), {"--limits-" + std::string(limit), "off"});
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  const int failed = posix_spawn(&pid_, CUTROOM_BINARY, &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  output_ = pipe_ends[0];
  if (failed != 0) throw std::runtime_error("can't start " + std::string(CUTROOM_BINARY));
  wait_until_it_is_there(output_);
}

ServerProcess::~ServerProcess() {
  kill();
  if (output_ >= 0) ::close(output_);
}

void ServerProcess::wait_until_it_is_there(int out) {
  const auto deadline = std::chrono::steady_clock::now() + kStartMax;
  std::string text;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waits{.fd = out, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&waits, 1, static_cast<int>(left.count())) <= 0)
      throw std::runtime_error("the server did not say where it listens: " + text);
    char buffer[256];
    const ssize_t n = ::read(out, buffer, sizeof buffer);
    if (n <= 0) throw std::runtime_error("the server ended before it listened");
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.find("cutroom works\n") != std::string::npos) return;
    const std::size_t line = text.find("listens on http://");
    if (line == std::string::npos || text.find('\n', line) == std::string::npos) continue;
    port_ = static_cast<std::uint16_t>(std::stoi(text.substr(text.find(':', line + 18) + 1)));
    return;
  }
}

std::string ServerProcess::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void ServerProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait_for_end();
}

int ServerProcess::terminate() {
  ::kill(pid_, SIGTERM);
  return wait_for_end();
}

bool ServerProcess::runs() const { return pid_ > 0 && ::kill(pid_, 0) == 0; }

int ServerProcess::wait_for_end() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace cutroom::test
