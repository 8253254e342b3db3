#include "support/redis_server.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <hiredis/hiredis.h>
#include <memory>
#include <netinet/in.h>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

constexpr std::chrono::seconds kStartMax{60};  // Under TSan on a busy machine.
constexpr timeval kAnswerMax{.tv_sec = 30, .tv_usec = 0};
constexpr int kPortsTried = 5;  // Somebody else may take a free port before the server does.

using Connection = std::unique_ptr<redisContext, void (*)(redisContext*)>;
using Answer = std::unique_ptr<redisReply, void (*)(void*)>;

std::string text_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_NIL:
      return "(nil)";
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_ERROR:
      return "-" + std::string(reply.str, static_cast<std::size_t>(reply.len));
    case REDIS_REPLY_ARRAY: {
      std::string lines;
      for (std::size_t i = 0; i < reply.elements; ++i) lines += (i ? "\n" : "") + text_of(*reply.element[i]);
      return lines;
    }
    default:
      return {reply.str, static_cast<std::size_t>(reply.len)};
  }
}

std::string ask(redisContext& connection, const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  const Answer answer(static_cast<redisReply*>(redisCommandArgv(&connection, static_cast<int>(words.size()),
                                                                texts.data(), sizes.data())),
                      freeReplyObject);
  if (!answer) throw std::runtime_error("redis-server did not answer " + words.front());
  return text_of(*answer);
}

Connection connect(std::uint16_t port, const std::string& password) {
  Connection connection(redisConnectWithTimeout("127.0.0.1", port, kAnswerMax), redisFree);
  if (!connection || connection->err != 0) throw std::runtime_error("no connection to redis-server");
  redisSetTimeout(connection.get(), kAnswerMax);
  if (!password.empty()) ask(*connection, {"AUTH", password});
  return connection;
}

}  // namespace

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* as_any = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(fd, as_any, size) == 0 && ::getsockname(fd, as_any, &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

RedisServer::RedisServer() : RedisServer(Options{}) {}

RedisServer::RedisServer(Options options) : options_(std::move(options)) {
  for (int tried = 1;; ++tried) {
    port_ = free_port();
    plain_port_ = options_.tls_certificate.empty() ? port_ : free_port();
    bus_port_ = options_.cluster ? free_port() : 0;
    write_configuration();
    try {
      restart();
      return;
    } catch (const std::exception&) {
      kill();
      if (tried == kPortsTried) throw;
    }
  }
}

RedisServer::~RedisServer() { kill(); }

std::string RedisServer::url() const {
  const std::string login = options_.password.empty() ? "" : ":" + options_.password + "@";
  return (options_.tls_certificate.empty() ? "redis://" : "rediss://") + login + host() + ":" +
         std::to_string(port_);
}

void RedisServer::write_configuration() const {
  std::ofstream conf(folder() / "redis.conf");
  conf << "bind 127.0.0.1\nport " << plain_port_ << "\ndir " << folder().string()
       << "\nlogfile redis.log\ndaemonize no\n";
  if (!options_.sentinel) {
    conf << "save \"\"\nappendonly " << (options_.appendonly ? "yes" : "no") << "\nappendfsync "
         << options_.appendfsync << "\n";
    // A test's server must not wait 5 s for a replica to ask, nor for a second one.
    conf << "repl-diskless-sync-delay 0\n";
  }
  if (!options_.password.empty()) conf << "requirepass " << options_.password << "\n";
  if (!options_.password.empty() && !options_.sentinel) conf << "masterauth " << options_.password << "\n";
  if (options_.cluster)
    conf << "cluster-enabled yes\ncluster-port " << bus_port_ << "\ncluster-node-timeout 2000\n";
  if (!options_.tls_certificate.empty())
    conf << "tls-port " << port_ << "\ntls-cert-file " << options_.tls_certificate.string()
         << "\ntls-key-file " << options_.tls_key.string() << "\ntls-ca-cert-file "
         << options_.tls_ca.string() << "\ntls-auth-clients no\n";
  for (const std::string& line : options_.more) conf << line << "\n";
}

void RedisServer::start() {
  const std::string conf = (folder() / "redis.conf").string();
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;
  // Between fork and exec only what is safe there.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, fd);
  ::execlp("redis-server", "redis-server", conf.c_str(), options_.sentinel ? "--sentinel" : nullptr, nullptr);
  ::_exit(127);
}

void RedisServer::start_again() { start(); }

void RedisServer::restart() {
  start();
  wait_until_it_answers();
}

bool RedisServer::ended() {
  if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

void RedisServer::wait_until_it_answers() {
  const auto answers = [this] {
    if (ended()) throw std::runtime_error("redis-server ended at once: " + log());
    return ping() == "PONG";
  };
  if (!wait_until(answers, kStartMax)) throw std::runtime_error("redis-server does not answer: " + log());
}

std::string RedisServer::try_command(const std::vector<std::string>& words) const {
  try {
    return command(words);
  } catch (const std::exception&) {
    return "";
  }
}

std::string RedisServer::log() const {
  std::ostringstream text;
  text << std::ifstream(folder() / "redis.log").rdbuf();
  return text.str();
}

void RedisServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::stop() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::freeze() { ::kill(pid_, SIGSTOP); }

void RedisServer::thaw() { ::kill(pid_, SIGCONT); }

std::string RedisServer::command(const std::vector<std::string>& words) const {
  return ask(*connect(plain_port_, options_.password), words);
}

void RedisServer::wait_for_replicas(int n) const {
  const std::string follow = command({"WAIT", std::to_string(n), "0"});
  if (std::stoi(follow) < n) throw std::runtime_error("only " + follow + " replicas follow");
}

void RedisServer::wait_for_message(const std::string& channel, const std::function<bool()>& so) const {
  const Connection connection = connect(plain_port_, options_.password);
  ask(*connection, {"SUBSCRIBE", channel});
  while (!so()) {
    void* message = nullptr;
    if (redisGetReply(connection.get(), &message) != REDIS_OK)
      throw std::runtime_error("no message of " + channel + ": " + log());
    freeReplyObject(message);
  }
}

}  // namespace cutroom::test
